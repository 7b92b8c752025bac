/** The harness itself: what is not seen to fail cannot be trusted when it passes. */

import { expect, it, onTestFinished } from "vitest";
import { importBundle } from "./bundle-process.ts";
import { FunctionError } from "./runtime-api.ts";
import { startFunction } from "./runtime-client.ts";
import { writeFunction } from "./small-function.ts";

async function written(text: string): Promise<string> {
  const { folder, remove } = await writeFunction(text);
  onTestFinished(remove);
  return folder;
}

async function started(text: string) {
  const lambda = await startFunction(await written(text), { node: 24 });
  onTestFinished(lambda.close);
  return lambda;
}

it("hands over events in order and tells what a handler throws, and goes on after it", async () => {
  const lambda = await started(`
    export async function handler({ number }) {
      if (number === 2) throw new RangeError("two is refused");
      return { number, version: process.versions.node.split(".")[0] };
    }`);
  const [first, second, third] = await Promise.allSettled(
    [1, 2, 3].map((number) => lambda.invoke({ number })),
  );
  expect(first).toEqual({ status: "fulfilled", value: { number: 1, version: "24" } });
  expect(second).toEqual({ status: "rejected", reason: new FunctionError("RangeError", "two is refused") });
  expect(third).toEqual({ status: "fulfilled", value: { number: 3, version: "24" } });
});

it("rejects every event when the function does not load", async () => {
  const lambda = await started('throw new Error("no keys");');
  await expect(lambda.invoke({})).rejects.toThrow("no keys");
  await expect(lambda.invoke({})).rejects.toThrow("no keys");
});

it("rejects what is under way when the process ends", async () => {
  const lambda = await started("export async function handler() { process.exit(3); }");
  await expect(lambda.invoke({})).rejects.toThrow(/the function's process ended with 3/u);
});

it("gives a function the environment of Lambda and nothing of this one", async () => {
  process.env.IMGSEAL_STRANGER = "seen";
  onTestFinished(() => {
    delete process.env.IMGSEAL_STRANGER;
  });
  const text = "export async function handler() { return process.env; }";
  expect(await (await started(text)).invoke({})).not.toHaveProperty("IMGSEAL_STRANGER");
  const imported = await importBundle(await written(text));
  onTestFinished(imported.close);
  expect(await imported.invoke({})).not.toHaveProperty("IMGSEAL_STRANGER");
});

it("finds no package of the project from where a bundle lies", async () => {
  const lambda = await started('export { default as handler } from "fflate";');
  await expect(lambda.invoke({})).rejects.toThrow(/Cannot find package 'fflate'/u);
});

it("imports a module in a process of its own, and tells what it throws and how it ends", async () => {
  const imported = await importBundle(
    await written(`
      export async function handler({ number }) {
        if (number === 2) throw new RangeError("two is refused");
        if (number === 3) process.exit(3);
        return { number };
      }`),
  );
  onTestFinished(imported.close);
  expect(await imported.invoke({ number: 1 })).toEqual({ number: 1 });
  await expect(imported.invoke({ number: 2 })).rejects.toThrow("two is refused");
  await expect(imported.invoke({ number: 3 })).rejects.toThrow("ended with 3");
});

it("refuses to import a module that throws", async () => {
  const folder = await written('throw new Error("no keys");');
  await expect(importBundle(folder)).rejects.toThrow(/no keys/u);
});
