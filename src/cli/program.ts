/** The command line: its commands, and the one place where errors become words and exit codes. */

import { Command, CommanderError } from "commander";
import { addBuild } from "./build.ts";
import { addCheck } from "./check.ts";
import { addExplain } from "./explain.ts";
import { describeFailure } from "./failure.ts";
import { addGrant } from "./grant.ts";
import { addKeygen } from "./keygen.ts";
import { packageVersion } from "./package-root.ts";
import { addPresets } from "./presets.ts";
import { addProbe } from "./probe.ts";
import { addResign } from "./resign.ts";
import { addServe } from "./serve.ts";
import { addSign } from "./sign.ts";
import { exitCodes, type Terminal } from "./terminal.ts";
import { addTypes } from "./types.ts";

const help = `
Begin with:
  $ imgseal serve --sources ~/Pictures       a gallery of your own pictures in every preset
  $ imgseal presets                          what may be asked for
  $ imgseal sign thumb cat.jpg               a URL to paste
  $ imgseal explain 'URL'                    why it works, or does not

Every command takes --presets FILE and --keys FILE, or IMGSEAL_PRESETS and IMGSEAL_KEYS.
Exit codes: 0 done, 1 refused or failed, 2 wrong command line, 70 a mistake of imgseal's own.`;

/** Runs one command line, without `node` and the script, and says so on the terminal. */
export async function run(args: readonly string[], terminal: Terminal): Promise<void> {
  try {
    await createProgram(terminal).parseAsync(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has told the user; help and version that were asked for are no failure.
      terminal.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
      return;
    }
    const { text, exitCode } = describeFailure(error);
    terminal.err(text);
    terminal.exitCode = exitCode;
  }
}

function createProgram(terminal: Terminal): Command {
  const program = new Command("imgseal")
    .description("Image delivery by preset name over signed URLs.")
    .version(packageVersion(), "--version", "print imgseal's version")
    .helpOption("--help", "print help")
    .helpCommand("help [command]", "print help for a command")
    // Behind a command, --version is the command's own.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
      outputError: (text, write) => write(text.replace(/^error: /, "imgseal: ")),
    })
    .showHelpAfterError("Help: imgseal help, or imgseal COMMAND --help")
    .addHelpText("after", help);
  for (const add of [
    addServe,
    addSign,
    addGrant,
    addExplain,
    addResign,
    addPresets,
    addTypes,
    addCheck,
    addKeygen,
    addBuild,
    addProbe,
  ]) {
    add(program, terminal);
  }
  return program;
}
