// The child of bundle-process.ts: imports the module and answers each event that its parent sends, in the given order.
const [file] = process.argv.slice(2);
// The answers travel over the channel, and standard output is the function's own log.
const { handler } = await import(file);
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit());
process.on("message", async ({ id, event }) => {
  try {
    process.send({ id, result: await handler(event) });
  } catch (error) {
    process.send({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
process.send({ id: "ready" });
