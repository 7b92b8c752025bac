import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compiledCommand, environment, root } from "../cli/binary.ts";
import { codeBlocks, readDocument } from "./markdown.ts";

const command = compiledCommand();
const [block = ""] = codeBlocks(readDocument("README.md"), "console");

describe("the README's first requests", () => {
  let folder: string;
  let server: ChildProcess;
  let origin: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "imgseal-try-it-"));
    copyFileSync(join(root, "presets.yaml"), join(folder, "presets.yaml"));
    mkdirSync(join(folder, "samples/photos"), { recursive: true });
    const picture = { width: 1_200, height: 800, channels: 3, background: "#3366cc" } as const;
    await sharp({ create: picture }).toFile(join(folder, "samples/photos/house-cat.jpg"));
    const options = ["--sources", "samples", "--port", "0", "--json"];
    server = spawn(process.execPath, [command.main, "serve", ...options], {
      cwd: folder,
      env: environment(),
      stdio: ["ignore", "pipe", "ignore"],
    });
    if (server.stdout === null) throw new Error("its output is a pipe");
    const [first] = await once(createInterface({ input: server.stdout }), "line");
    origin = new URL(JSON.parse(String(first)).gallery).origin;
  });

  afterAll(async () => {
    server.kill();
    await once(server, "exit");
    rmSync(folder, { recursive: true });
  });

  // The port 8787 may be taken on this machine; all else is as a reader types it.
  const here = (line: string) =>
    line.replace(
      /node dist\/cli\/main\.js (sign [^)]*)/u,
      `"${process.execPath}" "${command.main}" $1 --base ${origin}`,
    );

  it("print what is shown, run as they stand", () => {
    const commands = [...block.matchAll(/^\$ (.*)$/gmu)].map(([, line = ""]) => line);
    expect(commands.length).toBeGreaterThan(3);
    const script = commands
      .map((line) => `echo '$ ${line.replaceAll("'", "'\\''")}'\n${here(line)}\n`)
      .join("");
    const printed = execFileSync("bash", ["-c", script], {
      cwd: folder,
      env: environment(),
      encoding: "utf8",
    });
    expect(withoutIds(printed.replaceAll("\r", ""))).toBe(withoutIds(block));
  });
});

function withoutIds(text: string): string {
  return text.replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gu, "(id)").trimEnd();
}
