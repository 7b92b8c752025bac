import { configDefaults, defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // A suite of its own, with packages of its own: npm run test:runtime.
    exclude: [...configDefaults.exclude, "test/runtime/**"],
    pool: "forks",
    testTimeout: 30_000,
    hookTimeout: 60_000,
    allowOnly: false,
    reporters: process.env.CI
      ? ["default", ["json", { outputFile: "coverage/test-report.json" }]]
      : ["default"],
  },
});
