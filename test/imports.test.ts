/**
 * Why this is checked: the rooms stay rooms only while their doors are few. The viewer-request bundle holds neither
 * sharp nor the AWS SDK nor a YAML parser because `urls` and `presets/table` cannot reach them; a store can be swapped
 * because nothing but `edge` knows one; a dependency can be replaced because it has one home.
 */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Which rooms a room may import, itself aside. A room is the longest entry that a path begins with. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  "src/errors.ts": [],
  "src/presets/table.ts": ["src/errors.ts", "src/presets/variant.ts"],
  "src/presets/variant.ts": [],
  "src/presets": ["src/errors.ts", "src/presets/table.ts", "src/presets/variant.ts", "src/presets/units.ts"],
  "src/urls": ["src/errors.ts", "src/presets/table.ts", "src/presets/variant.ts"],
  "src/presets/units.ts": [],
  // Pages foretell the size of a picture by the arithmetic that makes it.
  "src/images/output-size.ts": ["src/presets/table.ts", "src/presets/variant.ts"],
  sdk: [
    "src/urls",
    "src/images/output-size.ts",
    "src/presets/table.ts",
    "src/presets/variant.ts",
    "src/presets/units.ts",
  ],
  "src/store": ["src/errors.ts"],
  "src/images": [
    "src/errors.ts",
    "src/images/output-size.ts",
    "src/presets/table.ts",
    "src/presets/variant.ts",
  ],
  "src/edge/main": ["src/edge", "src/urls", "src/images", "src/store", "src/presets/table.ts"],
  "src/edge": [
    "src/errors.ts",
    "src/urls",
    "src/images",
    "src/store",
    "src/presets/table.ts",
    "src/presets/variant.ts",
  ],
  "src/local": [
    "src/errors.ts",
    "src/edge",
    "src/urls",
    "src/images",
    "src/store",
    "src/presets/table.ts",
    "src/presets/variant.ts",
  ],
  infra: ["src/edge/main"],
  "src/operations/probe": ["src/local"],
  "src/operations": ["src/errors.ts", "src/urls", "src/presets/table.ts"],
  "src/cli": [
    "src/errors.ts",
    "src/presets",
    "src/presets/units.ts",
    "src/presets/table.ts",
    "src/presets/variant.ts",
    "src/urls",
    "src/store",
    "src/edge",
    "src/local",
    "src/operations",
    "src/operations/probe",
    "sdk",
    "infra",
  ],
};

/** The one home of each dependency. */
const homes: Readonly<Record<string, readonly string[]>> = {
  yaml: ["src/presets"],
  zod: ["src/presets"],
  "fastest-levenshtein": ["src/presets"],
  jose: ["src/urls"],
  sharp: ["src/images"],
  "@aws-sdk/client-s3": ["src/store/s3"],
  "lru-cache": ["src/local"],
  "p-queue": ["src/local"],
  commander: ["src/cli"],
  esbuild: ["infra"],
  fflate: ["infra"],
  react: ["sdk/react"],
  vue: ["sdk/vue"],
  "aws-lambda": ["src/edge", "src/local"],
};

interface Import {
  readonly from: string;
  readonly specifier: string;
}

const imports = ["src", "sdk", "infra"]
  .flatMap((folder) => filesBelow(join(root, folder)))
  .flatMap(importsOf);

describe("the import arrows", () => {
  it("are read from every kind of import", () => {
    const written = importsOf("src/edge/miss.ts").map(({ specifier }) => specifier);
    expect(written).toEqual(expect.arrayContaining(["../errors.ts", "../images/render.ts", "./event.ts"]));
    expect(imports.length).toBeGreaterThan(100);
  });

  it("are followed by every relative import", () => {
    const strays = imports
      .filter(({ specifier }) => specifier.startsWith("."))
      .map(({ from, specifier }) => ({ from, to: relative(root, resolve(root, dirname(from), specifier)) }))
      .filter(({ from, to }) => !isAllowed(roomOf(from), roomOf(to)));
    expect(strays).toEqual([]);
  });

  it("know every room", () => {
    const strangers = [...new Set(imports.map(({ from }) => from))].filter(
      (file) => roomOf(file) === undefined,
    );
    expect(strangers).toEqual([]);
  });

  it("keep urls, images and store apart", () => {
    const apart = ["src/urls", "src/images", "src/store"];
    for (const room of apart) expect(arrows[room]?.filter((other) => apart.includes(other))).toEqual([]);
  });
});

describe("each dependency", () => {
  it("is imported in its home alone", () => {
    const strays = imports
      .filter(({ specifier }) => !specifier.startsWith(".") && !specifier.startsWith("node:"))
      .filter(({ from, specifier }) => !homes[packageOf(specifier)]?.some((home) => from.startsWith(home)));
    expect(strays).toEqual([]);
  });

  it("is imported in each of its homes", () => {
    const idle = Object.entries(homes).flatMap(([name, rooms]) =>
      rooms.filter(
        (home) =>
          !imports.some(({ from, specifier }) => from.startsWith(home) && packageOf(specifier) === name),
      ),
    );
    expect(idle).toEqual([]);
  });

  it("that is declared for run time has a home", () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(
      Object.keys(dependencies)
        .map((name) => name.replace("@types/", ""))
        .filter((name) => homes[name] === undefined),
    ).toEqual([]);
  });
});

function isAllowed(from: string | undefined, to: string | undefined): boolean {
  if (from === undefined || to === undefined) return false;
  return from === to || arrows[from]?.includes(to) === true;
}

function roomOf(file: string): string | undefined {
  return Object.keys(arrows)
    .filter((room) => file === room || file.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)[0];
}

function packageOf(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !/(?:^|\/)(?:node_modules|dist)\//.test(name))
    .map((name) => relative(root, join(folder, name)));
}

// Static, dynamic and type imports alike: a type that crosses a wall couples the rooms just as well.
function importsOf(from: string): Import[] {
  const text = readFileSync(join(root, from), "utf8");
  const pattern =
    /^import\s+(?:[\w*{}\s,]+\s+from\s+)?"([^"]+)"|^export\s+(?:type\s+)?(?:\*|\{[^}]*\})[\w\s]*from\s+"([^"]+)"|\bimport\(\s*"([^"]+)"/gmu;
  return [...text.matchAll(pattern)].map((match) => ({
    from,
    specifier: match[1] ?? match[2] ?? match[3] ?? "",
  }));
}
