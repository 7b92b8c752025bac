import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: fileURLToPath(new URL("../..", import.meta.url)),
    include: ["test/runtime/**/*.test.ts"],
    pool: "forks",
    testTimeout: 60_000,
    hookTimeout: 120_000,
    allowOnly: false,
    reporters: process.env.CI
      ? ["default", ["json", { outputFile: "coverage/runtime-report.json" }]]
      : ["default"],
  },
});
