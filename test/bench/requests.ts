/** Asking each of many URLs once, a few at a time. */

import { createHash } from "node:crypto";
import { Agent, get, type IncomingHttpHeaders } from "node:http";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: number;
  /** SHA-256 of the body. */
  readonly digest: string;
}

export interface Answers {
  readonly seconds: number;
  readonly answers: readonly Answer[];
}

const patienceMilliseconds = 60_000;

/** The answers in the order of the targets, and how long all of them took. */
export async function requestEach(
  base: string,
  targets: readonly string[],
  concurrency: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answers> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const answers: Answer[] = [];
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < targets.length; index = next++) {
      answers[index] = await request(base + targets[index], agent, headers);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: Math.min(concurrency, targets.length) }, lane));
  const seconds = (performance.now() - started) / 1000;
  agent.destroy();
  return { seconds, answers };
}

/** The same, when everything but 200 would make the figure worthless. */
export async function requestAllGood(...args: Parameters<typeof requestEach>): Promise<Answers> {
  const result = await requestEach(...args);
  const bad = result.answers.find(({ status, bytes }) => status !== 200 || bytes === 0);
  if (bad !== undefined) throw new Error(`expected 200 with a body, received ${bad.status} from ${args[0]}`);
  return result;
}

/** One body, whole. */
export async function fetchBody(url: string, headers: Readonly<Record<string, string>> = {}) {
  const response = await fetch(url, { headers });
  if (response.status !== 200) throw new Error(`expected 200 from ${url}, received ${response.status}`);
  return { headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
}

function request(url: string, agent: Agent, headers: Readonly<Record<string, string>>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = get(url, { agent, headers, timeout: patienceMilliseconds }, (response) => {
      const hash = createHash("sha256");
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        hash.update(chunk);
      });
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          bytes,
          digest: hash.digest("hex"),
        }),
      );
      response.on("error", reject);
    });
    sent.on("timeout", () => sent.destroy(new Error(`no answer in time from ${url}`)));
    sent.on("error", reject);
  });
}
