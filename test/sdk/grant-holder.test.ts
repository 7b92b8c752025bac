import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type GrantHolder, holdGrant } from "../../sdk/grant-holder.ts";
import { createSigner } from "../../sdk/index.ts";
import { table, vectors } from "../vectors/signed-urls.ts";

const start = vectors.clock * 1_000;
const signer = createSigner({
  baseUrl: "https://img.example.com",
  keys: vectors.keys,
  presets: table,
  now: () => start,
});

/** Ends so many seconds after the start. */
const grantOf = (seconds: number) =>
  signer.grant({ presets: ["*"], sources: [""], expiresAt: new Date(start + seconds * 1_000) });

beforeEach(() => {
  vi.useFakeTimers({ now: start });
});
afterEach(() => {
  holder?.stop();
  vi.useRealTimers();
});

let holder: GrantHolder | undefined;
const onGrant = vi.fn();
const onError = vi.fn();

function hold(fetchGrant: () => string | Promise<string>): GrantHolder {
  onGrant.mockReset();
  onError.mockReset();
  holder = holdGrant(fetchGrant, onGrant, onError);
  return holder;
}

const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1_000);

test("asks for nothing by itself, and once for however many that ask it", async () => {
  const token = await grantOf(800);
  const fetchGrant = vi.fn(async () => token);
  const held = hold(fetchGrant);
  await pass(10);
  expect(fetchGrant).not.toHaveBeenCalled();
  held.refreshIfDue();
  held.refreshIfDue();
  expect(held.token()).toBeUndefined();
  await pass(0);
  held.refreshIfDue();
  expect(fetchGrant).toHaveBeenCalledTimes(1);
  expect(onGrant).toHaveBeenCalledTimes(1);
  expect(held.token()).toBe(token);
});

test("asks again when seven eighths of the time are over, and gives the old grant until then", async () => {
  const tokens = [await grantOf(800), await grantOf(2_000)];
  const fetchGrant = vi.fn(() => tokens[fetchGrant.mock.calls.length - 1] ?? "");
  const held = hold(fetchGrant);
  held.refreshIfDue();
  await pass(699);
  expect(held.token()).toBe(tokens[0]);
  await pass(1);
  expect(fetchGrant).toHaveBeenCalledTimes(2);
  expect(held.token()).toBe(tokens[1]);
});

test("asks for a grant of a year no more often than a timer can wait, which is 24 days", async () => {
  const token = await grantOf(365 * 86_400);
  const fetchGrant = vi.fn(() => token);
  hold(fetchGrant).refreshIfDue();
  await pass(24 * 86_400);
  expect(fetchGrant).toHaveBeenCalledTimes(1);
  await pass(86_400);
  expect(fetchGrant).toHaveBeenCalledTimes(2);
});

describe("a grant that cannot be had", () => {
  test("is asked for again after 30 seconds, and not before", async () => {
    const token = await grantOf(800);
    const fetchGrant = vi
      .fn(() => token)
      .mockImplementationOnce(() => {
        throw new Error("offline");
      });
    const held = hold(fetchGrant);
    held.refreshIfDue();
    await pass(29);
    held.refreshIfDue();
    expect(fetchGrant).toHaveBeenCalledTimes(1);
    expect(onError.mock.calls).toEqual([[new Error("offline")]]);
    expect(held.token()).toBeUndefined();
    await pass(1);
    expect(held.token()).toBe(token);
  });

  test("leaves the old one until its end, and not longer", async () => {
    const token = await grantOf(800);
    const fetchGrant = vi.fn(() => token);
    const held = hold(fetchGrant);
    held.refreshIfDue();
    await pass(1);
    fetchGrant.mockImplementation(() => {
      throw new Error("offline");
    });
    await pass(798);
    expect(held.token()).toBe(token);
    await pass(1);
    expect(held.token()).toBeUndefined();
    expect(onError).toHaveBeenCalled();
  });

  test.each<[string, string]>([
    ["", '""'],
    ["no grant", "a text of 8 characters"],
    ["<!doctype html>", "a text of 15 characters"],
    ["a.b.c", "a text of 5 characters"],
    [`a.${btoa('{"exp":"soon"}')}.c`, "a text of 24 characters"],
  ])("is one that says nothing of its end, and may be a secret: %s", async (text, received) => {
    hold(() => text).refreshIfDue();
    await pass(0);
    const message = `grant: expected a signer's grant, received ${received}`;
    expect(onError.mock.calls).toEqual([[new TypeError(message)]]);
    expect(onGrant).not.toHaveBeenCalled();
  });
});

test("takes a grant that comes expired, since it may be the clock that is wrong, and asks again after 30 seconds", async () => {
  const token = await grantOf(60);
  vi.setSystemTime(start + 3_600_000);
  const fetchGrant = vi.fn(() => token);
  const held = hold(fetchGrant);
  held.refreshIfDue();
  await pass(29);
  expect(held.token()).toBe(token);
  expect(fetchGrant).toHaveBeenCalledTimes(1);
  await pass(1);
  expect(fetchGrant).toHaveBeenCalledTimes(2);
});

test("asks when it is told to after a machine has slept over the time", async () => {
  const tokens = [await grantOf(800), await grantOf(20_000)];
  const fetchGrant = vi.fn(() => tokens[fetchGrant.mock.calls.length - 1] ?? "");
  const held = hold(fetchGrant);
  held.refreshIfDue();
  await pass(0);
  vi.setSystemTime(start + 5_000_000);
  expect(held.token()).toBeUndefined();
  held.refreshIfDue();
  await pass(0);
  expect(held.token()).toBe(tokens[1]);
});

test("says nothing once it is stopped, not even of what was under way", async () => {
  const token = await grantOf(800);
  let give: (token: string) => void = () => {};
  const fetchGrant = vi.fn(
    () =>
      new Promise<string>((resolve) => {
        give = resolve;
      }),
  );
  const held = hold(fetchGrant);
  held.refreshIfDue();
  held.stop();
  give(token);
  await pass(5_000);
  held.refreshIfDue();
  expect(fetchGrant).toHaveBeenCalledTimes(1);
  expect(onGrant).not.toHaveBeenCalled();
});
