/**
 * Why this is here: vectors that were made and checked by the same code would only say that it agrees with itself.
 * Those of Ed25519 and of grants are made by test/vectors/produce.mjs over node:crypto; here Python's standard library
 * and openssl compute them again, wherever they are installed.
 */

import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { vectors } from "../vectors/signed-urls.ts";

const run = promisify(execFile);
const at = (name: string) => fileURLToPath(new URL(`../vectors/${name}`, import.meta.url));

/** Whether a program is there; in CI it has to be. */
function isInstalled(program: string, ...args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: "ignore" });
    return true;
  } catch (cause) {
    if (process.env.CI)
      throw new Error(`CI needs ${program} for the second opinion on the vectors`, { cause });
    console.warn(`${program} is not installed: its second opinion on the vectors was left out`);
    return false;
  }
}

function temporaryFile(name: string, content: string | Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), "imgseal-vectors-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

test("produce.mjs makes the vectors that are there", async () => {
  const copy = temporaryFile("signed-urls.json", readFileSync(at("signed-urls.json")));
  const script = temporaryFile("produce.mjs", readFileSync(at("produce.mjs")));
  await run(process.execPath, [script, copy]);
  expect(readFileSync(copy, "utf8")).toBe(readFileSync(at("signed-urls.json"), "utf8"));
});

test.runIf(isInstalled("python3", "--version"))("Python's standard library agrees", async () => {
  const { stdout } = await run("python3", [at("check.py")]);
  const urls = vectors.valid.length + vectors.ed25519.valid.length;
  expect(stdout).toBe(`${urls} URLs and ${vectors.grants.valid.length} grants agree\n`);
});

test.runIf(isInstalled("python3", "--version"))("Python notices one changed letter", async () => {
  for (const part of ["valid", "ed25519", "grants"] as const) {
    const text = JSON.stringify(vectors);
    const sections = {
      valid: vectors.valid,
      ed25519: vectors.ed25519.valid,
      grants: vectors.grants.valid,
    };
    const [first] = sections[part];
    const sealed = first && ("token" in first ? first.token : first.signature);
    if (sealed === undefined) throw new Error(`the vectors have no ${part}`);
    const changed = temporaryFile("changed.json", text.replaceAll(sealed, sealed.replace(/...$/, "AAA")));
    await expect(run("python3", [at("check.py"), changed])).rejects.toThrow("AssertionError");
  }
});

test.runIf(isInstalled("openssl", "version"))(
  "openssl verifies Ed25519, and nothing that was changed",
  async () => {
    const [key] = vectors.ed25519.keys.keys;
    if (key === undefined) throw new Error("the vectors have an Ed25519 key");
    // RFC 8410 10.1: a public key is these twelve bytes and its own.
    const der = Buffer.concat([
      Buffer.from("302a300506032b6570032100", "hex"),
      Buffer.from(key.x, "base64url"),
    ]);
    const publicKey = temporaryFile("public.der", der);
    const verify = (input: string, signature: string) =>
      run("openssl", [
        ...["pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", publicKey, "-rawin"],
        ...["-in", temporaryFile("input", input)],
        ...["-sigfile", temporaryFile("signature", Buffer.from(signature, "base64url"))],
      ]);
    const own = vectors.ed25519.valid.filter(({ kid }) => kid === key.kid);
    const grants = vectors.grants.valid.filter(({ kid }) => kid === key.kid);
    expect(own.length).toBeGreaterThan(1);
    expect(grants.length).toBeGreaterThan(0);
    for (const { signingInput, signature } of own) {
      expect((await verify(signingInput, signature)).stdout).toContain("Signature Verified Successfully");
      await expect(verify(`${signingInput}x`, signature)).rejects.toThrow("Command failed");
    }
    for (const { token } of grants) {
      const dot = token.lastIndexOf(".");
      const { stdout } = await verify(token.slice(0, dot), token.slice(dot + 1));
      expect(stdout).toContain("Signature Verified Successfully");
    }
  },
);
