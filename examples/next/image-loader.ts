export { loader as default } from "@imgseal/sdk/next";
