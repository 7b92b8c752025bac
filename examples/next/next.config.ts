import type { NextConfig } from "next";

const config: NextConfig = {
  cacheComponents: true,
  partialPrefetching: true,
  images: {
    loader: "custom",
    loaderFile: "./image-loader.ts",
    // The widths of the presets: what Next asks for is then what there is.
    deviceSizes: [480, 640, 720, 960, 1080, 1280, 1440, 1920],
  },
  turbopack: { root: import.meta.dirname },
};

export default config;
