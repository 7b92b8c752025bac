import { spawnSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import { link, mkdir, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSourceFolder } from "../../src/store/source-folder.ts";
import type { SourceStore } from "../../src/store/store.ts";
import { all } from "./contract.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

let folder: TemporaryFolder;
let root: string;
let store: SourceStore;

beforeEach(async () => {
  folder = await temporaryFolder();
  root = join(folder.path, "sources");
  await mkdir(join(root, "photos"), { recursive: true });
  await writeFile(join(root, "photos", "cat.jpg"), "cat");
  await writeFile(join(folder.path, "secret.jpg"), "secret");
  store = await openSourceFolder(root);
});
afterEach(() => folder.remove());

describe("what is there", () => {
  it("reads a picture and its facts", async () => {
    const modified = new Date("2026-01-02T03:04:05Z");
    await utimes(join(root, "photos", "cat.jpg"), modified, modified);
    const read = await store.read("photos/cat.jpg");
    expect(read?.body.toString()).toBe("cat");
    expect(read).toMatchObject({
      bytes: 3,
      lastModified: modified,
      etag: expect.stringMatching(/^"[0-9a-z-]+"$/),
    });
    const { body: _, ...info } = read ?? {};
    expect(await store.head("photos/cat.jpg")).toEqual(info);
  });

  it.each([
    "two words.jpg",
    "1+1.jpg",
    "100%.jpg",
    "고양이.jpg",
    "🐈‍⬛.jpg",
    "a\\b.jpg",
    ".hidden",
    "k".repeat(255),
  ])("reads and lists the name %j", async (name) => {
    await writeFile(join(root, name), name);
    expect((await store.read(name))?.body.toString()).toBe(name);
    expect((await all(store.list(name))).map(({ key }) => key)).toEqual([name]);
  });

  it("reads a hard link and an empty file", async () => {
    await link(join(root, "photos", "cat.jpg"), join(root, "same.jpg"));
    await writeFile(join(root, "empty.jpg"), "");
    expect((await store.read("same.jpg"))?.body.toString()).toBe("cat");
    expect((await store.read("empty.jpg"))?.bytes).toBe(0);
  });

  it("reads through a root that is itself a symbolic link", async () => {
    await symlink(root, join(folder.path, "link"));
    const linked = await openSourceFolder(join(folder.path, "link"));
    expect((await linked.read("photos/cat.jpg"))?.body.toString()).toBe("cat");
  });

  it("reads into the room that it is given, and asks for enough of it", async () => {
    const room = Buffer.alloc(100, "x");
    const asked: number[] = [];
    const read = await store.read("photos/cat.jpg", {
      room: (bytes) => {
        asked.push(bytes);
        return room;
      },
    });
    // One byte more, by which a file that grew is noticed.
    expect(asked).toEqual([4]);
    expect(read?.body.toString()).toBe("cat");
    expect(read?.body.buffer).toBe(room.buffer);
    expect(room.toString("latin1", 0, 5)).toBe("catxx");
  });

  it("refuses a file over maxBytes and gives one of exactly maxBytes", async () => {
    await expect(store.read("photos/cat.jpg", { maxBytes: 2 })).rejects.toMatchObject({
      code: "SOURCE_TOO_LARGE",
      message: '"photos/cat.jpg" has 3 bytes, at most 2 are accepted',
    });
    expect((await store.read("photos/cat.jpg", { maxBytes: 3 }))?.bytes).toBe(3);
  });

  it("gives another ETag after a rewrite of the same length and time, and after a replacement", async () => {
    const path = join(root, "photos", "cat.jpg");
    const modified = new Date("2026-01-02T03:04:05Z");
    const etags = [(await store.head("photos/cat.jpg"))?.etag];
    await writeFile(path, "dog");
    await utimes(path, modified, modified);
    etags.push((await store.head("photos/cat.jpg"))?.etag);
    await writeFile(join(root, "new.jpg"), "cow");
    await utimes(join(root, "new.jpg"), modified, modified);
    await rename(join(root, "new.jpg"), path);
    etags.push((await store.head("photos/cat.jpg"))?.etag);
    expect(new Set(etags).size).toBe(3);
  });

  it("lists what is under a prefix, and only regular files", async () => {
    await mkdir(join(root, "photos", "cat.jpg2"));
    await writeFile(join(root, "photos", "cat.jpg2", "dog.jpg"), "dog");
    await writeFile(join(root, "photosx.jpg"), "x");
    await symlink(folder.path, join(root, "photos", "out"));
    await symlink(join(root, "photos", "cat.jpg"), join(root, "photos", "alias.jpg"));
    const keys = async (prefix: string) => (await all(store.list(prefix))).map(({ key }) => key).sort();
    expect(await keys("")).toEqual(["photos/cat.jpg", "photos/cat.jpg2/dog.jpg", "photosx.jpg"]);
    expect(await keys("photos/")).toEqual(["photos/cat.jpg", "photos/cat.jpg2/dog.jpg"]);
    expect(await keys("photos/cat.jpg2/d")).toEqual(["photos/cat.jpg2/dog.jpg"]);
    expect(await keys("absent/")).toEqual([]);
  });
});

describe("what is not there", () => {
  const absent: Readonly<Record<string, string>> = {
    "a missing file": "photos/dog.jpg",
    "a missing folder": "absent/cat.jpg",
    "a folder": "photos",
    "the root": "",
    "a path through a file": "photos/cat.jpg/thumb.webp",
    "a slash at the end": "photos/cat.jpg/",
    "two slashes": "photos//cat.jpg",
    "a slash at the beginning": "/photos/cat.jpg",
    "a way out": "../secret.jpg",
    "a way out and back": "../sources/photos/cat.jpg",
    "dot segments": "photos/./cat.jpg",
    "a way up and down": "photos/../photos/cat.jpg",
    "a name over 255 bytes": `${"k".repeat(256)}.jpg`,
    "a path over 4,096 bytes": "k/".repeat(3_000),
    "a NUL byte": "photos/cat.jpg\0.png",
  };

  it.each(Object.entries(absent))("is %s", async (_, key) => {
    expect(await store.read(key)).toBeUndefined();
    expect(await store.head(key)).toBeUndefined();
  });

  it("is a symbolic link, wherever on the way it is and wherever it leads", async () => {
    await symlink(join(folder.path, "secret.jpg"), join(root, "out.jpg"));
    await symlink(folder.path, join(root, "up"));
    await symlink(join(root, "photos", "cat.jpg"), join(root, "alias.jpg"));
    await symlink(join(root, "photos"), join(root, "pictures"));
    await symlink("nowhere", join(root, "dangling.jpg"));
    await symlink("loop.jpg", join(root, "loop.jpg"));
    for (const key of [
      "out.jpg",
      "up/secret.jpg",
      "alias.jpg",
      "pictures/cat.jpg",
      "dangling.jpg",
      "loop.jpg",
    ]) {
      expect(await store.read(key)).toBeUndefined();
      expect(await store.head(key)).toBeUndefined();
    }
  });

  // A file system that folds case or Unicode normalisation opens `Photos` as `photos`; on one that does not, a link of
  // that spelling makes the same thing happen: open succeeds, and the real path differs from the key.
  it.each([
    ["case", "PHOTOS", "photos"],
    ["normalisation", "cafe\u0301", "caf\u00e9"],
  ])("is another spelling by %s, though it opens", async (_, asked, real) => {
    await mkdir(join(root, real), { recursive: true });
    await writeFile(join(root, real, "dog.jpg"), "dog");
    await symlink(real, join(root, asked)).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== "EEXIST") throw cause;
    });
    expect(await store.read(`${asked}/dog.jpg`)).toBeUndefined();
    expect((await store.read(`${real}/dog.jpg`))?.body.toString()).toBe("dog");
  });

  it("is a named pipe or a socket, and opening it does not wait", async () => {
    spawnSync("mkfifo", [join(root, "pipe.jpg")]);
    const listener = createServer().listen(join(root, "socket.jpg"));
    try {
      expect(await store.read("pipe.jpg")).toBeUndefined();
      expect(await store.read("socket.jpg")).toBeUndefined();
    } finally {
      listener.close();
    }
  });
});

describe("what fails", () => {
  it("is a file that keeps changing while it is read", async () => {
    const path = join(root, "growing.jpg");
    await writeFile(path, Buffer.alloc(3_000_000));
    // Room is asked for when the length is known and nothing has been read.
    const room = (bytes: number) => {
      appendFileSync(path, "more");
      return Buffer.alloc(bytes);
    };
    await expect(store.read("growing.jpg", { room })).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
      message: 'cannot read the source "growing.jpg": the file changes while it is read',
    });
    expect((await store.read("growing.jpg"))?.bytes).toBeGreaterThan(3_000_000);
  });

  it("is an aborted signal", async () => {
    const signal = AbortSignal.abort(new Error("the viewer left"));
    const failure = { code: "STORE_UNAVAILABLE", message: expect.stringContaining("the viewer left") };
    await expect(store.read("photos/cat.jpg", { signal })).rejects.toMatchObject(failure);
    await expect(store.head("photos/cat.jpg", { signal })).rejects.toMatchObject(failure);
  });

  it.each([
    ["is not there", "nowhere", "ENOENT"],
    ["is a file", "secret.jpg", "it is not a folder"],
  ])("is opening a root that %s", async (_, name, reason) => {
    await expect(openSourceFolder(join(folder.path, name))).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
      message: expect.stringContaining(reason),
    });
  });

  it("never gives a mixture while a file is replaced again and again", async () => {
    const path = join(root, "replaced.jpg");
    const versions = ["a", "b"].map((letter, i) => Buffer.alloc(400_000 + i * 100_000, letter));
    const replace = async (i: number) => {
      await writeFile(`${path}.new`, versions[i % 2] ?? "");
      await rename(`${path}.new`, path);
    };
    await replace(0);
    for (let i = 1; i < 40; i += 1) {
      const [read] = await Promise.all([store.read("replaced.jpg"), replace(i)]);
      expect(versions.some((version) => read?.body.equals(version))).toBe(true);
    }
    await rm(path);
    expect(await store.read("replaced.jpg")).toBeUndefined();
  });
});
