import { createApp } from "vue";
import PicturesPage from "./PicturesPage.vue";

createApp(PicturesPage).mount("#root");
