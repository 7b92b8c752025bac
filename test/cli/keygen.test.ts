import {
  chmodSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createKeyFile, readKeyFile, replaceKeyFile } from "../../src/cli/key-file.ts";
import { newKey, newKeyPair } from "../../src/cli/new-key.ts";
import { edgeJwks } from "../../src/urls/edge-keys.ts";
import { parseKeySet } from "../../src/urls/key-set.ts";
import { signSync, verifySync } from "../../src/urls/sync-signature.ts";
import { imgseal, memoryTerminal, temporaryFolder } from "./terminal.ts";

const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8);
const read = (file: string) => JSON.parse(readFileSync(file, "utf8"));

function newFile(...args: string[]) {
  const file = join(temporaryFolder(), "some.keys.json");
  return { file, keygen: (...more: string[]) => imgseal("keygen", file, ...args, ...more) };
}

describe("keygen", () => {
  test("makes a key set of one HS256 key that only its owner can read", async () => {
    const { file, keygen } = newFile();
    const { exitCode, out, err } = await keygen();
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
    expect(modeOf(file)).toBe("600");
    const { keys } = read(file);
    expect(keys).toEqual([
      {
        kty: "oct",
        kid: expect.stringMatching(/^k-20261123-[0-9a-f]{4}$/),
        alg: "HS256",
        use: "sig",
        k: expect.any(String),
      },
    ]);
    expect(Buffer.from(keys[0].k, "base64url")).toHaveLength(32);
    expect(out).toBe(`made the key ${keys[0].kid} in ${file}\n`);
    expect(parseKeySet(read(file)).signingKeyAt(0).kid).toBe(keys[0].kid);
    expect(readdirSync(join(file, ".."))).toEqual(["some.keys.json"]);
  });

  test("never makes the same key twice", async () => {
    const files = [newFile(), newFile()];
    for (const { keygen } of files) await keygen();
    expect(read(files[0]?.file ?? "").keys[0].k).not.toBe(read(files[1]?.file ?? "").keys[0].k);
  });

  test("never overwrites a file, whatever is in it", async () => {
    const { file, keygen } = newFile();
    writeFileSync(file, "not a key set");
    const { exitCode, out, err } = await keygen();
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: "" });
    expect(err).toBe(
      `imgseal: ${file} exists and is never overwritten; add a key to it with --add, or name another file\n`,
    );
    expect(readFileSync(file, "utf8")).toBe("not a key set");
    expect(readdirSync(join(file, ".."))).toEqual(["some.keys.json"]);
  });

  test("prints file and kid as JSON", async () => {
    const { file, keygen } = newFile("--json");
    expect(JSON.parse((await keygen("--kid", "prod-1")).out)).toEqual({
      file,
      kid: "prod-1",
      signingKid: "prod-1",
    });
  });

  test("takes the file from --keys, from the environment and from its argument, but not two of them", async () => {
    const folder = temporaryFolder();
    const [a, b] = [join(folder, "a.keys.json"), join(folder, "b.keys.json")];
    expect((await imgseal("keygen", "--keys", a)).exitCode).toBe(0);
    expect(readdirSync(folder)).toEqual(["a.keys.json"]);
    const { exitCode, err } = await imgseal("keygen", b, "--keys", a);
    expect(exitCode).toBe(2);
    expect(err).toBe(`imgseal: two files are named, ${b} and ${a}; the key can go into one\n`);
  });

  test("refuses a kid that no URL could carry", async () => {
    for (const kid of ["", "a b", "x".repeat(33), "a.b"]) {
      const { file, keygen } = newFile();
      const { exitCode, err } = await keygen("--kid", kid);
      expect(exitCode).toBe(2);
      expect(err).toContain("Expected 1 to 32 characters of A-Z a-z 0-9 _ -");
      expect(readdirSync(join(file, ".."))).toEqual([]);
    }
  });

  test("says which folder is missing", async () => {
    const folder = join(temporaryFolder(), "none");
    const { exitCode, err } = await imgseal("keygen", join(folder, "a.keys.json"));
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: `imgseal: there is no folder ${folder}\n` });
  });
});

describe("keygen --add", () => {
  test("adds a key that verifies at once, while the old one still signs", async () => {
    const { file, keygen } = newFile();
    await keygen("--kid", "old");
    const before = read(file);
    const { exitCode, out } = await keygen("--kid", "new", "--add");
    expect(exitCode).toBe(0);
    expect(out).toContain(`added the key new to ${file}: it verifies, and old still signs\n`);
    expect(out).toContain('move new to the front of "keys" to sign with it');
    expect(read(file).keys[0]).toEqual(before.keys[0]);
    const set = parseKeySet(read(file));
    expect(set.keys.map(({ kid }) => kid)).toEqual(["old", "new"]);
    expect(set.signingKeyAt(0).kid).toBe("old");
  });

  test("keeps the mode, the members that are not ours, and a symbolic link to the file", async () => {
    const { file, keygen } = newFile();
    writeFileSync(file, JSON.stringify({ note: "shop", keys: [newKey("old")] }));
    chmodSync(file, 0o640);
    const name = join(file, "..", "link.keys.json");
    symlinkSync(file, name);
    expect((await imgseal("keygen", name, "--add", "--kid", "new")).exitCode).toBe(0);
    expect(lstatSync(name).isSymbolicLink()).toBe(true);
    expect(modeOf(file)).toBe("640");
    expect(read(file).note).toBe("shop");
    expect((await keygen("--add")).err).toContain("imgseal: warning: others can open");
  });

  test("refuses a kid that is taken, and leaves the file as it is", async () => {
    const { file, keygen } = newFile();
    await keygen("--kid", "a");
    const before = readFileSync(file);
    const { exitCode, err } = await keygen("--kid", "a", "--add");
    expect({ exitCode, err }).toEqual({
      exitCode: 1,
      err: `imgseal: ${file} has a key with the kid a already\n`,
    });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test("needs a file to add to", async () => {
    const { file, keygen } = newFile();
    const { exitCode, err } = await keygen("--add");
    expect(exitCode).toBe(1);
    expect(err).toContain(`imgseal: there is no key file at ${file}; make one with "imgseal keygen ${file}"`);
  });
});

describe("keygen --alg Ed25519", () => {
  test("makes a key pair that signs, and that node:crypto and the key set take", async () => {
    const { file, keygen } = newFile("--alg", "Ed25519");
    const { exitCode, out, err } = await keygen("--kid", "pair");
    expect({ exitCode, out, err }).toEqual({ exitCode: 0, out: `made the key pair in ${file}\n`, err: "" });
    expect(modeOf(file)).toBe("600");
    const [jwk] = read(file).keys;
    expect(jwk).toEqual({
      ...{ kty: "OKP", kid: "pair", alg: "Ed25519", use: "sig", crv: "Ed25519" },
      x: expect.stringMatching(/^[\w-]{43}$/),
      d: expect.stringMatching(/^[\w-]{43}$/),
    });
    const keys = parseKeySet(read(file));
    const url = signSync({ preset: "thumb", source: "a.jpg" }, keys.signingKeyAt(0));
    const edge = parseKeySet({ keys: edgeJwks([jwk]) });
    verifySync(url, { keys: edge, signing: { requireExpiry: false }, nowSeconds: 0 });
    expect(edge.keys[0]?.canSign).toBe(false);
  });

  test("is added beside a secret, which still signs", async () => {
    const { file, keygen } = newFile();
    await keygen("--kid", "old");
    expect((await keygen("--add", "--kid", "pair", "--alg", "Ed25519")).out).toContain("old still signs");
    expect(parseKeySet(read(file)).keys.map(({ alg }) => alg)).toEqual(["HS256", "Ed25519"]);
  });

  test("refuses an algorithm that there is not", async () => {
    const { exitCode, err } = await newFile().keygen("--alg", "EdDSA");
    expect(exitCode).toBe(2);
    expect(err).toContain("Allowed choices are HS256, Ed25519.");
  });
});

describe("keygen --public", () => {
  test("prints the public halves and nothing that signs, and leaves the file as it is", async () => {
    const { file, keygen } = newFile();
    const pair = { ...newKeyPair("pair"), nbf: 5, note: "private" };
    writeFileSync(file, JSON.stringify({ keys: [pair] }), { mode: 0o600 });
    const { exitCode, out, err } = await keygen("--public");
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
    const { d, note, ...half } = pair;
    expect(JSON.parse(out)).toEqual({ keys: [half] });
    expect(out).not.toContain(d);
    expect(out).not.toContain(note);
    expect(read(file)).toEqual({ keys: [pair] });
  });

  test("says which keys have no public half", async () => {
    const { file, keygen } = newFile();
    writeFileSync(file, JSON.stringify({ keys: [newKey("a"), newKeyPair("b")] }), { mode: 0o600 });
    const { out, err } = await keygen("--public");
    expect(JSON.parse(out).keys).toHaveLength(1);
    expect(err).toBe(
      "imgseal: warning: left out a: HS256 has no public half, and what it signed will not verify\n",
    );
    writeFileSync(file, JSON.stringify({ keys: [newKey("a")] }));
    expect(await keygen("--public")).toEqual({
      exitCode: 1,
      out: "",
      err: `imgseal: ${file} has no Ed25519 key, and HS256 has no public half; make one with --alg Ed25519\n`,
    });
  });

  test("prints a file that verifies, that may be open to all, and that cannot sign", async () => {
    const { file, keygen } = newFile();
    writeFileSync(file, JSON.stringify({ keys: [newKeyPair("b")] }), { mode: 0o600 });
    writeFileSync(file, (await keygen("--public")).out, { mode: 0o644 });
    chmodSync(file, 0o644);
    const { exitCode, err } = await imgseal("sign", "thumb", "a.jpg", "--keys", file);
    expect(exitCode).toBe(1);
    expect(err).toBe(
      `imgseal: ${file} has no key that can sign now: its keys are public halves, or their time (nbf, exp) has not come or is over\n`,
    );
  });

  test("makes no key beside", async () => {
    const { exitCode, err } = await newFile().keygen("--public", "--add");
    expect(exitCode).toBe(2);
    expect(err).toContain("cannot be used with option '--add'");
  });
});

describe("a key file", () => {
  test("keeps the old keys, and nothing else, when writing the new ones fails", async () => {
    const { file, keygen } = newFile();
    await keygen();
    const before = readFileSync(file);
    // JSON has no BigInt: the write fails where a full disk would make it fail.
    await expect(replaceKeyFile(file, { keys: [1n] })).rejects.toThrow(TypeError);
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(join(file, ".."))).toEqual(["some.keys.json"]);
  });

  test("is made by one of several at once, and whole for all", async () => {
    const { file } = newFile();
    const { terminal } = memoryTerminal();
    const made = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const isMade = await createKeyFile(file, { keys: [newKey(`k${index}`)] });
        expect((await readKeyFile(file, terminal)).keys.keys).toHaveLength(1);
        return isMade;
      }),
    );
    expect(made.filter((isMade) => isMade)).toHaveLength(1);
  });

  test("whose Ed25519 halves do not belong together is refused by every command that reads it", async () => {
    const { file } = newFile();
    const { x } = newKeyPair("b");
    const mixed = { ...newKeyPair("a"), x };
    const text = JSON.stringify({ keys: [newKey("first"), mixed] });
    writeFileSync(file, text, { mode: 0o600 });
    for (const args of [
      ["sign", "thumb", "a.jpg", "--keys", file],
      ["keygen", file, "--public"],
      ["keygen", file, "--add"],
    ]) {
      const { exitCode, out, err } = await imgseal(...args);
      expect({ exitCode, out }).toEqual({ exitCode: 1, out: "" });
      expect(err).toContain(`imgseal: ${file}: the key "a": expected x to be the public half of d`);
      expect(err).not.toContain(mixed.d.slice(0, 6));
    }
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  test("that is broken is refused without a word of what is in it", async () => {
    const secret = newKey("a").k;
    const cases: readonly [text: string, message: RegExp][] = [
      [`{"keys":[{"k":"${secret}"`, /is not JSON; a key file is a JWK Set/],
      [`"${secret}"`, /expected a JWK Set: an object with an array "keys"/],
      [
        JSON.stringify({ keys: [{ ...newKey("a"), k: `${secret}=` }] }),
        /keys\[0\] \("a"\)\.k: expected at least 32 bytes in canonical base64url/,
      ],
      [
        JSON.stringify({ keys: [{ ...newKey("a"), kid: `${secret}` }] }),
        /keys\[0\]\.kid: expected 1 to 32 characters/,
      ],
      [JSON.stringify({ keys: [] }), /keys: expected a JWK Set, .* with at least one key/],
    ];
    for (const [text, message] of cases) {
      const { file } = newFile();
      writeFileSync(file, text, { mode: 0o600 });
      const { exitCode, out, err } = await imgseal("sign", "thumb", "a.jpg", "--keys", file);
      expect(exitCode).toBe(1);
      expect(err).toMatch(message);
      expect(err).toContain(`imgseal: ${file}`);
      expect(out + err).not.toContain(secret.slice(0, 6));
    }
  });
});
