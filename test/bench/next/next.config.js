// The smallest application that has next/image's cache in front of one picture.
const { dirname } = require("node:path");

module.exports = {
  output: "standalone",
  outputFileTracingRoot: dirname(__dirname),
  images: {
    formats: ["image/webp"],
    qualities: [80],
    imageSizes: [360],
    deviceSizes: [640],
    minimumCacheTTL: 86_400,
  },
};
