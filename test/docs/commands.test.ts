import { beforeAll, describe, expect, it } from "vitest";
import { readDocument } from "./markdown.ts";
import { outputOf, withRealOutput } from "./transcript.ts";

const document = readDocument("docs/cli.md");
const sections = new Map(
  document
    .split(/^## /mu)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf("\n")), section]),
);

/** What every command takes; the document says it once, above all commands. */
const shared = ["--presets", "--keys", "--help", "--json"];

let commands: string[];

beforeAll(async () => {
  const [, listed = ""] = /^Commands:\n((?: {2}.*\n)+)/mu.exec(await outputOf(["--help"])) ?? [];
  commands = [...listed.matchAll(/^ {2}(\w+)/gmu)]
    .map(([, name = ""]) => name)
    .filter((name) => name !== "help");
});

describe("docs/cli.md", () => {
  it("has a section for each command, in the order of the help, and no other", () => {
    expect(commands.length).toBeGreaterThan(5);
    expect([...sections.keys()]).toEqual(commands);
  });

  it("names each flag of each command in its section", async () => {
    const missing: string[] = [];
    for (const command of commands) {
      const help = await outputOf([command, "--help"]);
      const flags = [...help.matchAll(/^ {2}(--[\w-]+)/gmu)].map(([, flag = ""]) => flag);
      expect(flags).toEqual(expect.arrayContaining(["--presets", "--keys", "--help"]));
      const untold = flags.filter((flag) => !shared.includes(flag) && !sections.get(command)?.includes(flag));
      missing.push(...untold.map((flag) => `${command} ${flag}`));
    }
    expect(missing).toEqual([]);
  });

  it("shows what the commands really print: else run `npx vitest run test/docs -u`", async () => {
    await expect(await withRealOutput(document)).toMatchFileSnapshot("../../docs/cli.md");
  });
});

describe("the README", () => {
  it("lists each command", () => {
    const listed = [...readDocument("README.md").matchAll(/^\| `imgseal (\w+)/gmu)].map(([, name]) => name);
    expect(listed).toEqual(commands);
  });
});
