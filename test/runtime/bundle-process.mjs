// The child of bundle-process.ts: imports the module and answers each event that its parent sends, in the given order.
const [file] = process.argv.slice(2);
// The answers travel over the channel, and standard output is the function's own log.
const { handler } = await import(file);
// One event at a time, as Lambda does.
let turn = Promise.resolve();
process.on("message", (message) => {
  turn = turn.then(() => answer(message));
});
process.send({ id: "ready" });

async function answer({ id, event }) {
  try {
    process.send({ id, result: await handler(event) });
  } catch (error) {
    process.send({ id, error: error instanceof Error ? error.message : String(error) });
  }
}
