import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  mkdir,
  open,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Damage, openDerivativeFolder } from "../../src/store/derivative-folder.ts";
import { placeOf } from "../../src/store/derivative-place.ts";
import type { Store } from "../../src/store/store.ts";
import { all } from "./contract.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

const source = "photos/cat.jpg";
const name = "thumb.3f9a1c20b4d7.webp";
const key = `${source}/${name}`;
// printf 'photos/cat.jpg' | sha256sum
const sourceHash = "9c4712116d1c1877625b387799d0618060dd1bd99f0849bb7605a3fa540279ec";
const webp = { contentType: "image/webp", metadata: { source } };
const body = randomBytes(10_000);

let folder: TemporaryFolder;
let root: string;
let store: Store;
let damages: Damage[];

beforeEach(async () => {
  folder = await temporaryFolder();
  root = join(folder.path, "derivatives");
  damages = [];
  store = await reopen();
});
afterEach(() => folder.remove());

function reopen() {
  return openDerivativeFolder(root, { onDamage: (damage) => damages.push(damage) });
}

function place() {
  const found = placeOf(root, key);
  if (found === undefined) throw new Error("no place");
  return found;
}

async function temporaryNames(): Promise<string[]> {
  return readdir(join(root, ".tmp"));
}

describe("the layout", () => {
  it("keeps a derivative in the folder of its source's hash, with the rest in a sidecar", async () => {
    await store.writeIfAbsent(key, body, webp);
    expect(await readdir(root)).toEqual([".tmp", sourceHash]);
    expect((await readdir(place().folder)).sort()).toEqual([name, `${name}.meta`]);
    expect((await readFile(place().body)).equals(body)).toBe(true);
    expect(JSON.parse(await readFile(place().sidecar, "utf8"))).toMatchObject({
      key,
      contentType: "image/webp",
      bytes: body.length,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      metadata: { source },
    });
    expect(await temporaryNames()).toEqual([]);
    expect((await stat(place().folder)).mode & 0o777 & ~0o755).toBe(0);
    expect((await stat(place().body)).mode & 0o777 & ~0o644).toBe(0);
  });

  it("keeps a source key of 850 bytes without a single slash", async () => {
    const long = `${"고".repeat(283)}k/${name}`;
    await store.writeIfAbsent(long, body, webp);
    expect((await store.read(long))?.body.equals(body)).toBe(true);
    expect((await all(store.list("고"))).map((listed) => listed.key)).toEqual([long]);
  });

  it("names files so that versions differing only in case never share one", () => {
    const names = ["t.v-A.webp", "t.v-a.webp", "t.v-AA.webp", "t.v-aA.webp", "t.v-Aa.webp"];
    const files = names.map((file) => placeOf(root, `${source}/${file}`)?.body.toLowerCase());
    expect(new Set(files).size).toBe(names.length);
  });

  it.each([
    "",
    "/",
    `${source}/`,
    `${source}/..`,
    `${source}/.`,
    `${source}/${name}.meta`,
    `${source}/.tmp`,
    "a\0b",
  ])("has no place for the key %j", async (impossible) => {
    expect(await store.read(impossible)).toBeUndefined();
    expect(await store.head(impossible)).toBeUndefined();
    await expect(store.writeIfAbsent(impossible, body, webp)).rejects.toThrow(
      new TypeError(`Expected a key that ends in a derivative's name but received "${impossible}"`),
    );
  });
});

describe("damage", () => {
  const damage: Readonly<Record<string, readonly [() => Promise<void>, RegExp]>> = {
    "a torn body": [() => truncate(place().body, 5_000), /^the length differs from the sidecar's$/],
    "an empty body": [() => truncate(place().body, 0), /^the length differs from the sidecar's$/],
    "a changed byte": [
      async () => {
        const file = await open(place().body, "r+");
        await file.write(Buffer.of((body[77] ?? 0) ^ 1), 0, 1, 77);
        await file.close();
      },
      /^the checksum differs from the sidecar's$/,
    ],
    "a missing sidecar": [() => rm(place().sidecar), /^the sidecar is missing$/],
    "an empty sidecar": [() => truncate(place().sidecar, 0), /^the sidecar cannot be parsed$/],
    "a torn sidecar": [() => truncate(place().sidecar, 60), /^the sidecar cannot be parsed$/],
    "a sidecar of another shape": [
      () => writeFile(place().sidecar, '{"key":1}'),
      /^the sidecar cannot be parsed$/,
    ],
    "a sidecar of another key": [
      async () => {
        const text = await readFile(place().sidecar, "utf8");
        await writeFile(place().sidecar, text.replace("cat.jpg", "dog.jpg"));
      },
      /^the sidecar is of "photos\/dog.jpg\/thumb.3f9a1c20b4d7.webp"$/,
    ],
  };

  it.each(Object.entries(damage))(
    "is %s: removed, reported, and rendered again",
    async (_, [inflict, reason]) => {
      await store.writeIfAbsent(key, body, webp);
      await inflict();

      expect(await store.read(key)).toBeUndefined();
      expect(damages).toEqual([{ key, reason: expect.stringMatching(reason) }]);
      expect(await readdir(place().folder)).toEqual([]);

      expect(await store.writeIfAbsent(key, body, webp)).toBeTypeOf("string");
      expect((await store.read(key))?.body.equals(body)).toBe(true);
      expect(damages).toHaveLength(1);
    },
  );

  it("is seen by head as well, where the length shows it", async () => {
    await store.writeIfAbsent(key, body, webp);
    await truncate(place().body, 5_000);
    expect(await store.head(key)).toBeUndefined();
    expect(damages).toHaveLength(1);
  });

  it("is not reported for a removal or a sidecar that waits for its body", async () => {
    await store.writeIfAbsent(key, body, webp);
    await rm(place().body);
    expect(await store.read(key)).toBeUndefined();
    expect(await store.head(key)).toBeUndefined();
    expect(await all(store.list(""))).toEqual([]);
    expect(damages).toEqual([]);
  });

  it("is removed with everything else of its source by removePrefix", async () => {
    await store.writeIfAbsent(key, body, webp);
    await writeFile(place().sidecar, "garbled");
    expect(await store.removePrefix(`${source}/`)).toBe(1);
    expect((await readdir(root)).filter((entry) => entry !== ".tmp")).toEqual([]);
  });
});

describe("a writer that died", () => {
  it("leaves a claim without a word in it that the next writer takes over", async () => {
    await mkdir(place().folder);
    await writeFile(place().sidecar, "");
    expect(await store.read(key)).toBeUndefined();
    expect(await store.head(key)).toBeUndefined();
    expect(await all(store.list(""))).toEqual([]);
    expect(await store.writeIfAbsent(key, body, webp)).toBeTypeOf("string");
    expect((await store.read(key))?.body.equals(body)).toBe(true);
    expect(await temporaryNames()).toEqual([]);
    expect(damages).toEqual([]);
  });

  it("leaves a claim that the next writer takes over", async () => {
    await store.writeIfAbsent(key, randomBytes(50), webp);
    await rm(place().body);
    expect(await store.writeIfAbsent(key, body, webp)).toBeTypeOf("string");
    expect((await store.read(key))?.body.equals(body)).toBe(true);
  });

  it("leaves temporary files that the next opening removes, and only those", async () => {
    await store.writeIfAbsent(key, body, webp);
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    const host = hostname().replace(/[^A-Za-z0-9]/g, "_");
    const hourAgo = new Date(Date.now() - 3_600_000);
    const files = {
      [`${host}.${dead}.00`]: { isRemoved: true },
      [`${host}.${dead}.00.meta`]: { isRemoved: true },
      [`${host}.${process.pid}.01`]: { isRemoved: false },
      [`${host}.${process.pid}.02`]: { isRemoved: true, modified: hourAgo },
      [`${host}.${process.ppid}.03`]: { isRemoved: false },
      "elsewhere.1.04": { isRemoved: false },
      "elsewhere.1.05": { isRemoved: true, modified: hourAgo },
    };
    for (const [file, { modified }] of Object.entries<{ isRemoved: boolean; modified?: Date }>(files)) {
      await writeFile(join(root, ".tmp", file), "left");
      if (modified) await utimes(join(root, ".tmp", file), modified, modified);
    }
    await reopen();
    const kept = Object.entries(files).flatMap(([file, { isRemoved }]) => (isRemoved ? [] : [file]));
    expect((await temporaryNames()).sort()).toEqual(kept.sort());
    expect((await store.read(key))?.body.equals(body)).toBe(true);
  });
});

describe("a folder that cannot be written", () => {
  // Only Linux tells, in /proc.
  it.runIf(process.platform === "linux")(
    "leaves temporary files that the next opening removes, also of a writer nobody has waited for",
    async () => {
      // sleep takes the place of the shell, and knows nothing of the child that the shell had.
      const parent = spawn("sh", ["-c", "sleep 0.1 & echo $!; exec sleep 30"], {
        stdio: ["ignore", "pipe", "ignore"],
      });
      const [zombie] = await once(parent.stdout, "data");
      const file = `${hostname().replace(/[^A-Za-z0-9]/g, "_")}.${String(zombie).trim()}.00`;
      await mkdir(join(root, ".tmp"));
      await writeFile(join(root, ".tmp", file), "left");
      const namesAfterReopening = async () => {
        await reopen();
        return temporaryNames();
      };
      await expect.poll(namesAfterReopening).toEqual([]);
      expect(process.kill(Number(zombie), 0)).toBe(true);
      parent.kill();
    },
  );

  it("fails with STORE_UNAVAILABLE when temporary files cannot be made", async () => {
    await rm(join(root, ".tmp"), { recursive: true, force: true });
    await writeFile(join(root, ".tmp"), "a file where the folder should be");
    await expect(store.writeIfAbsent(key, body, webp)).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
      message: expect.stringMatching(/^cannot store the derivative "photos\/cat.jpg\/.*": E(EXIST|NOTDIR)/),
    });
    expect((await readdir(root)).sort()).toEqual([".tmp"]);
  });

  it("leaves no temporary file behind when the derivative cannot be put in place", async () => {
    await writeFile(place().folder, "a file where the folder should be");
    await expect(store.writeIfAbsent(key, body, webp)).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
      message: expect.stringContaining("ENOTDIR"),
    });
    expect(await temporaryNames()).toEqual([]);
    expect(await store.read(key)).toBeUndefined();
  });

  it("fails with STORE_UNAVAILABLE when it cannot be opened", async () => {
    await writeFile(join(folder.path, "file"), "");
    await expect(
      openDerivativeFolder(join(folder.path, "file"), { onDamage: () => {} }),
    ).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
      message: expect.stringContaining("cannot open the derivatives"),
    });
  });

  // A process's memory as a file opens well and answers a read of its beginning with EIO; only Linux has it.
  it.runIf(process.platform === "linux")("fails with STORE_UNAVAILABLE when the disk fails", async () => {
    await mkdir(place().folder);
    await symlink("/proc/self/mem", place().sidecar);
    await expect(store.read(key)).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
      message: `cannot read the derivative "${key}": EIO: i/o error, read`,
    });
    expect(damages).toEqual([]);
  });

  it("refuses metadata that its sidecar could not be read back with", async () => {
    await expect(
      store.writeIfAbsent(key, body, { contentType: "image/webp", metadata: { long: "x".repeat(8_192) } }),
    ).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
      message: expect.stringContaining("the metadata is too long"),
    });
  });
});

it("ignores what is not its own when it lists and removes", async () => {
  await store.writeIfAbsent(key, body, webp);
  await mkdir(join(root, "notes"));
  await writeFile(join(root, "notes", "README.meta"), "{}");
  await writeFile(join(root, "README"), "");
  await symlink("/", join(root, "root"));
  expect((await all(store.list(""))).map((listed) => listed.key)).toEqual([key]);
  expect(await store.removePrefix("")).toBe(1);
  expect(await readdir(join(root, "notes"))).toEqual(["README.meta"]);
});

it("lets writers and a purge run against each other without an error or a torn derivative", async () => {
  const keys = Array.from({ length: 8 }, (_, i) => `${source}/t.${i}.webp`);
  let isPurging = true;
  const writer = async (own: string) => {
    for (let round = 0; isPurging || round < 5; round += 1) {
      await store.writeIfAbsent(own, randomBytes(2_000), webp);
      const read = await store.read(own);
      if (read !== undefined) expect(read.body).toHaveLength(2_000);
    }
  };
  const writers = Promise.all(keys.map(writer));
  for (let i = 0; i < 100; i += 1) await store.removePrefix(`${source}/`);
  isPurging = false;
  await writers;
  expect(damages).toEqual([]);
});
