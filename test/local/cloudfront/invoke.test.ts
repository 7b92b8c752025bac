import type { Context } from "aws-lambda";
import { afterEach, describe, expect, it, vi } from "vitest";
import { InvocationContext } from "../../../src/local/cloudfront/function-context.ts";
import { functionQuotas } from "../../../src/local/cloudfront/quotas.ts";
import { type StartTimer, startSystemTimer } from "../../../src/local/cloudfront/timer.ts";
import { createEmulator, requestId } from "./emulator.ts";
import { given } from "./rule-cases.ts";

/** Timers that never ring, and whether they were put away. */
function watchTimers() {
  const running = new Set<number>();
  const startTimer: StartTimer = (_callback, milliseconds) => {
    running.add(milliseconds);
    return () => running.delete(milliseconds);
  };
  return { running, startTimer };
}

describe("a function's time", () => {
  it.each([
    ["viewer-request", 5_000],
    ["origin-response", 30_000],
  ] as const)("at %s is %i ms, and its timer is put away when it returns", async (event, milliseconds) => {
    const { running, startTimer } = watchTimers();
    let during: number[] = [];
    const emulator = createEmulator({
      startTimer,
      handlers: {
        [event]: async (received: Parameters<typeof given>[0]) => {
          during = [...running];
          return given(received);
        },
      },
    });
    expect((await emulator.ask()).status).toBe(200);
    expect([during, [...running]]).toEqual([[milliseconds], []]);
  });

  it("is over too when it kept the processor busy, so that no timer could ring", async () => {
    const emulator = createEmulator({
      startTimer: watchTimers().startTimer,
      handlers: {
        "viewer-request": async (event) => {
          emulator.clock.milliseconds += 5_001;
          return given(event);
        },
      },
    });
    const answer = await emulator.ask();
    expect(answer).toMatchObject({ status: 503, cacheOutcome: "LambdaExecutionError" });
    expect(answer.logged).toMatchObject([{ rule: "handler-timeout", figure: 5_001, quota: 5_000 }]);
  });

  it("is not limited at an event that is not timed", async () => {
    const { running, startTimer } = watchTimers();
    let during: number[] = [];
    const emulator = createEmulator({
      startTimer,
      options: { timedEvents: ["viewer-request"] },
      handlers: {
        "viewer-request": async (event) => given(event),
        "origin-response": async (event) => {
          during = [...running];
          emulator.clock.milliseconds += 60_000;
          return given(event);
        },
      },
    });
    expect([(await emulator.ask()).status, during]).toEqual([200, []]);
  });

  it("is not limited without a timer", async () => {
    const emulator = createEmulator({
      handlers: {
        "viewer-request": async (event) => {
          emulator.clock.milliseconds += 60_000;
          return given(event);
        },
      },
    });
    expect((await emulator.ask()).status).toBe(200);
  });
});

describe("Node's timer", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  const hanging = () =>
    createEmulator({
      startTimer: startSystemTimer,
      handlers: { "viewer-request": () => new Promise(() => {}) },
    });

  it("ends a function that never returns at 5 s, with CloudFront's page and a log entry, and others beside it go on", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setImmediate"] });
    const { ask } = hanging();
    const answered = ask();
    const others = createEmulator({
      startTimer: startSystemTimer,
      handlers: { "viewer-request": async (event) => given(event) },
    });
    expect((await others.ask()).status).toBe(200);
    let isAnswered = false;
    const answer = answered.finally(() => {
      isAnswered = true;
    });
    await vi.advanceTimersByTimeAsync(4_999);
    expect(isAnswered).toBe(false);
    await vi.advanceTimersByTimeAsync(2);
    const { status, cacheOutcome, body, logged } = await answer;
    expect([status, cacheOutcome]).toEqual([503, "LambdaExecutionError"]);
    expect(String(body)).toContain("<H1>503 ERROR</H1>");
    expect(logged).toMatchObject([
      { function: "viewer-request", rule: "handler-timeout", figure: 5_000, quota: 5_000 },
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is not begun for a function that waits for nothing, and put away for one that waited", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setImmediate"] });
    const begun = vi.spyOn(globalThis, "setTimeout");
    const quick = createEmulator({
      startTimer: startSystemTimer,
      handlers: { "viewer-request": async (event) => given(event) },
    });
    await quick.ask();
    await vi.advanceTimersByTimeAsync(0);
    expect([begun.mock.calls.length, vi.getTimerCount()]).toEqual([0, 0]);
    const slow = createEmulator({
      startTimer: startSystemTimer,
      handlers: {
        "viewer-request": async (event) => {
          await new Promise((resolve) => setTimeout(resolve, 1_000));
          return given(event);
        },
      },
    });
    const answered = slow.ask();
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await answered).status).toBe(200);
    expect(begun.mock.calls.map(([, milliseconds]) => milliseconds)).toEqual([1_000, 5_000]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a function's context", () => {
  it("is Lambda's: request id, name, memory and the time that is left", async () => {
    let seen: Context | undefined;
    const left: number[] = [];
    const emulator = createEmulator({
      handlers: {
        "viewer-request": async (event, context) => {
          seen = context;
          left.push(context.getRemainingTimeInMillis());
          emulator.clock.milliseconds += 1_200;
          left.push(context.getRemainingTimeInMillis());
          return given(event);
        },
      },
    });
    await emulator.ask();
    expect(seen).toMatchObject({
      awsRequestId: requestId,
      functionName: "viewer-request-function",
      memoryLimitInMB: String(functionQuotas["viewer-request"].memoryMegabytes),
    });
    expect(left).toEqual([5_000, 3_800]);
  });

  it("has nothing that Lambda's has not: a handler that counts on it fails here as it would there", async () => {
    const { ask } = createEmulator({
      handlers: {
        "viewer-request": async (event, context) => {
          Object(context).log({ any: "entry" });
          return given(event);
        },
      },
    });
    const { status, logged } = await ask();
    expect(status).toBe(503);
    expect(logged).toMatchObject([
      { rule: "handler-throws", message: expect.stringContaining("log is not a function") },
    ]);
  });

  it("knows where our own handlers leave their entries, and no other object does", async () => {
    const entry = { handler: "viewer-request", id: requestId, outcome: "noted", ms: {} } as const;
    const { ask } = createEmulator({
      handlers: {
        "viewer-request": async (event, context) => {
          InvocationContext.logOf(context)(entry);
          return given(event);
        },
      },
    });
    expect((await ask()).logged).toEqual([entry]);
    expect(() => InvocationContext.logOf(JSON.parse("{}"))).toThrow(
      new TypeError("expected the context of a function that the emulator runs"),
    );
  });
});

describe("what viewer-request decided is remembered", () => {
  function counting(changes: (request: ReturnType<typeof given>) => object) {
    let calls = 0;
    const emulator = createEmulator({
      options: { remembersDecisions: true },
      handlers: {
        "viewer-request": async (event) => {
          calls++;
          return { ...given(event), ...changes(given(event)) };
        },
      },
    });
    return { ...emulator, calls: () => calls };
  }

  it("within its second when it is a path", async () => {
    const { ask, calls, clock } = counting(() => ({ uri: "/canonical", querystring: "" }));
    expect([(await ask("/a?x=1")).cacheOutcome, (await ask("/a?x=1")).cacheOutcome, calls()]).toEqual([
      "Miss",
      "Hit",
      1,
    ]);
    clock.milliseconds += 1_000;
    await ask("/a?x=1");
    expect(calls()).toBe(2);
  });

  it("and what fails after it is logged all the same", async () => {
    const emulator = createEmulator({
      options: { remembersDecisions: true },
      handlers: { "viewer-request": async (event) => given(event), "viewer-response": async () => undefined },
    });
    for (const _again of [1, 2]) {
      const answer = await emulator.ask("/a");
      expect(answer.status).toBe(502);
      expect(answer.logged).toMatchObject([{ function: "viewer-response", rule: "result-object" }]);
    }
  });

  it.each([
    ["a query string", () => ({ querystring: "kept=1" })],
    [
      "a header",
      ({ headers }: ReturnType<typeof given>) => ({
        headers: { ...headers, "x-device": [{ value: "phone" }] },
      }),
    ],
  ])("not when it is %s as well", async (_case, changes) => {
    const { ask, calls } = counting(changes);
    await ask("/a");
    await ask("/a");
    expect(calls()).toBe(2);
  });
});

describe("a lease", () => {
  it("is taken for what is missing, and the origin is asked again under it", async () => {
    const leased: string[] = [];
    const answers = [403, 200];
    const emulator = createEmulator({
      origin: () => ({ status: answers.shift() ?? 500, headers: {}, body: Buffer.from("stored by another") }),
      options: {
        withLease: (path, work) => {
          leased.push(path);
          return work();
        },
      },
    });
    expect((await emulator.ask("/a")).status).toBe(200);
    expect([leased, emulator.asked.length]).toEqual([["/a"], 2]);
  });
});

describe("what throws when it is read", () => {
  const trap = <T extends object>(object: T, name: string): T =>
    Object.defineProperty(object, name, {
      enumerable: true,
      get() {
        throw new Error("a trap");
      },
    });
  const trapped = (name: string, rest: object = {}) => trap({ ...rest }, name);

  it.each([
    ["status", trapped("status")],
    ["uri", trapped("uri")],
    ["body", trapped("body", { status: "200" })],
    ["headers", trapped("headers", { status: "200" })],
    ["a header", { status: "200", headers: trapped("x-name") }],
    ["a member that nobody knows", trapped("other", { status: "200" })],
  ])("in a result, at %s, is a failure of the function", async (_member, result) => {
    const emulator = createEmulator({ handlers: { "viewer-request": async () => result } });
    const answer = await emulator.ask();
    expect(answer).toMatchObject({ status: 503, cacheOutcome: "LambdaExecutionError" });
    expect(answer.logged).toMatchObject([
      {
        rule: "result-serialisable",
        message: expect.stringMatching(/^the result is not JSON: Error: a trap\. /),
      },
    ]);
  });

  it("in an error is no message, and a failure all the same", async () => {
    const handler = async () => {
      throw trap(new Error("unread"), "message");
    };
    const emulator = createEmulator({ handlers: { "viewer-request": handler } });
    const answer = await emulator.ask();
    expect(answer.status).toBe(503);
    expect(answer.logged).toMatchObject([
      { rule: "handler-throws", message: expect.stringContaining("threw something that cannot be read") },
    ]);
  });
});
