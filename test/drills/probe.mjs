// `node probe.mjs PORT TARGET SECONDS`: how long one picture takes for somebody else, in a process of its own, so that whoever
// presses the server does not press the watch. Prints JSON: how many answers were not 200, and the milliseconds of each.
import { Agent, get } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

const [port, path, seconds] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const pauseMilliseconds = 4;

const once = () =>
  new Promise((resolve) => {
    const request = get({ host: "127.0.0.1", port, path, agent }, (response) => {
      response.resume().once("close", () => resolve(response.complete && response.statusCode === 200));
    });
    request.once("error", () => resolve(false));
  });

// The first requests open the connection and warm both ends.
for (let count = 0; count < 50; count += 1) await once();
const times = [];
let failed = 0;
const endsAt = performance.now() + 1000 * Number(seconds);
while (performance.now() < endsAt) {
  const started = performance.now();
  if (!(await once())) failed += 1;
  times.push(performance.now() - started);
  await delay(pauseMilliseconds);
}
console.log(JSON.stringify({ failed, times }));
agent.destroy();
