/** Why: a typo in an import or in a name must not make a function that silently never runs. */

import { describe, expect, it } from "vitest";
import { createDistribution, plainDistribution } from "../../../src/local/cloudfront/index.ts";
import { stored } from "./emulator.ts";

const handler = async () => undefined;

/** As a module without types would: nothing of it is checked before it runs. */
function create(events: readonly string[], functions: object) {
  const description = Reflect.apply(plainDistribution, undefined, [events]);
  return Reflect.apply(createDistribution, undefined, [
    {
      description,
      functions,
      origin: async () => stored,
      pops: ["FRA56-P1"],
      cacheBytes: 1_000_000,
      nowMilliseconds: Date.now,
    },
  ]);
}

const expected = 'functions["viewer-request"]: expected an object with a function as its handler, received';

describe("functions are refused where", () => {
  it.each([
    ["the function itself is given", handler, "a function itself: write { handler }"],
    ["a module has only a default export", { default: handler }, "an object that has default"],
    ["an import is misspelt", undefined, "undefined"],
    ["the handler is something else", { handler: "index.handler" }, "an object whose handler is a string"],
    ["nothing is in it", {}, "an object that has no member"],
  ])("%s", (_case, given, received) => {
    expect(() => create(["viewer-request"], { "viewer-request": given })).toThrow(
      new TypeError(`${expected} ${received}`),
    );
  });

  it("a name is misspelt, on either side", () => {
    expect(() => create(["viewer-request"], { "viewer-requests": { handler } })).toThrow(
      new TypeError(
        'the default behavior: expected a function "viewer-request" (did you mean "viewer-requests"?)\n' +
          'functions["viewer-requests"]: expected to be named by a function association (they name "viewer-request")' +
          ' (did you mean "viewer-request"?)',
      ),
    );
  });

  it("no association names one", () => {
    expect(() => create([], { "on-request": { handler } })).toThrow(
      new TypeError(
        'functions["on-request"]: expected to be named by a function association (they name none)',
      ),
    );
  });

  it("all of that is wrong, in one error", () => {
    expect(() => create(["viewer-request"], { "viewer-request": handler, other: undefined })).toThrow(
      new TypeError(
        `${expected} a function itself: write { handler }\n` +
          'functions["other"]: expected an object with a function as its handler, received undefined\n' +
          'functions["other"]: expected to be named by a function association (they name "viewer-request")',
      ),
    );
  });

  it("a prototype has the handler, they are taken", () => {
    class Module {
      handler() {
        return undefined;
      }
    }
    expect(() => create(["viewer-request"], { "viewer-request": new Module() })).not.toThrow();
  });
});

describe("an event is refused", () => {
  const events = "viewer-request, origin-request, origin-response, viewer-response";

  it.each([
    ["viewer-requests", ' (did you mean "viewer-request"?)'],
    ["originResponse", ' (did you mean "origin-response"?)'],
    ["viewer-repsonse", ' (did you mean "viewer-response"?)'],
    ["beforeSend", ""],
  ])("that CloudFront does not know: %s", (name, suggestion) => {
    expect(() => create([name], {})).toThrow(
      new TypeError(`expected an event of ${events}, received "${name}"${suggestion}`),
    );
  });
});
