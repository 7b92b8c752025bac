/** Every shape of a hostile request against a server that goes on serving. */

import { join } from "node:path";
import { isLost, openClient } from "./client.ts";
import { type Drill, Violations } from "./drill.ts";
import { exchangeRaw } from "./raw-http.ts";
import { requestShapes } from "./request-shapes.ts";
import { startServer } from "./server-process.ts";
import { createWorld, type Wanted } from "./world.ts";

const wanted: Wanted = { preset: "thumb", source: "photos/scene.jpg" };
const repetitions = { short: 1, full: 50 };

export const hostileRequests: Drill = {
  name: "hostile-requests",
  promise:
    "Header bombs, long URLs, smuggling shapes and the like get the right status, and the server stays up.",
  async run(setting) {
    const violations = new Violations();
    const world = await createWorld();
    const { main, work } = setting;
    const sources = join(work, "sources");
    await world.writeSources(sources);
    const server = await startServer({ main, work, sources, derivatives: join(work, "derivatives") });
    const client = openClient(server.port, 4);
    const picture = world.target(wanted);
    const expectedBody = await world.expected(wanted);
    const isWell = async () => {
      const answer = await client.get(picture);
      return !isLost(answer) && answer.status === 200 && answer.body.equals(expectedBody);
    };
    violations.expect(await isWell(), "the server was not well before anything was sent to it");

    const rows: (string | number)[][] = [];
    for (const { name, bytes, expected } of requestShapes({ picture })) {
      const times = repetitions[setting.form];
      const answers = await Promise.all(
        Array.from({ length: times }, () => exchangeRaw(server.port, Buffer.from(bytes, "latin1"))),
      );
      for (const each of answers) {
        const got = inWords(each.map(({ status }) => status));
        violations.expect(got === inWords(expected), `${name}: expected ${inWords(expected)}, got ${got}`);
        const isWrong = each.some(({ status, body }) => status === 200 && !body.equals(expectedBody));
        violations.expect(!isWrong, `${name}: a wrong byte`);
      }
      violations.expect(await isWell(), `${name}: the server is not well afterwards`);
      rows.push([name, bytes.length, times, inWords(expected)]);
    }
    violations.expect(!server.told().includes("another one takes its place"), "a worker has ended");
    violations.expect(
      !server.logged.some(({ canonicalPath }) => String(canonicalPath).includes("smuggled")),
      "a request within a request was taken for one",
    );
    violations.expect((await server.stop()) === 0, "the server did not end with 0");
    client.close();
    return {
      tables: [{ columns: ["request", "bytes", "times", "answer"], rows }],
      violations: violations.list,
    };
  },
};

/** `200`, `200 and 400`, `200 x 200`, or that the connection was closed. */
function inWords(statuses: readonly number[]): string {
  if (statuses.length === 0) return "closed";
  if (statuses.length > 2 && new Set(statuses).size === 1) return `${statuses.length} x ${statuses[0]}`;
  return statuses.join(" and ");
}
