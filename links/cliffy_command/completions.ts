/**
 * Offline stand-in for the part of `jsr:@cliffy/command/completions` that the CLI uses: scripts for bash, zsh and fish
 * that know the commands and options by name. What an argument may be, Cliffy's own scripts ask the program.
 * @module
 */
import { Command } from "./mod.ts";

// deno-lint-ignore no-explicit-any
type AnyCommand = Command<any>;

/** Generates shell completion scripts for various shells. */
export class CompletionsCommand extends Command {
  /** Creates one. */
  constructor() {
    super();
    this.description("Generate shell completions.");
    for (const [shell, generate] of Object.entries({ bash: toBash, fish: toFish, zsh: toZsh })) {
      const command: AnyCommand = new Command()
        .description(`Generate shell completions for ${shell}.`)
        .option("-n, --name <command-name>", "The name of the main command.")
        .action(({ name }) => console.log(generate(name ?? this.getMainCommand().getName(), this.getMainCommand())));
      this.command(shell, command);
    }
  }
}

interface Word {
  readonly word: string;
  readonly description: string;
}

/** What may follow each command, by its path without the program's name. */
function wordsOf(command: AnyCommand, path: readonly string[] = []): readonly (readonly [string, readonly Word[]])[] {
  const commands = command.getCommands();
  const own: Word[] = [
    ...commands.map((child) => ({ word: child.getName(), description: child.getShortDescription() })),
    ...command.getOptions().flatMap(({ flags, description }) => flags.map((word) => ({ word, description }))),
  ];
  return [[path.join(" "), own], ...commands.flatMap((child) => wordsOf(child, [...path, child.getName()]))];
}

function toBash(name: string, command: AnyCommand): string {
  const known = wordsOf(command);
  const id = `_${name.replace(/\W/g, "_")}`;
  const cases = known.map(([path, words]) => `    "${path}") words="${words.map(({ word }) => word).join(" ")}" ;;`);
  return [
    `# bash completion support for ${name}`,
    `${id}() {`,
    `  local path="" word words="" at`,
    `  for ((at = 1; at < COMP_CWORD; at++)); do`,
    `    word="\${COMP_WORDS[at]}"`,
    `    case "\${path:+$path }$word" in`,
    `      ${known.slice(1).map(([path]) => `"${path}"`).join("|")}) path="\${path:+$path }$word" ;;`,
    `    esac`,
    `  done`,
    `  case "$path" in`,
    ...cases,
    `  esac`,
    `  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))`,
    `}`,
    `complete -F ${id} -o bashdefault -o default ${name}`,
  ].join("\n");
}

function toZsh(name: string, command: AnyCommand): string {
  return [
    `#compdef ${name}`,
    `# zsh completion support for ${name}, by zsh's own understanding of bash's completions`,
    `autoload -U +X compinit && compinit`,
    `autoload -U +X bashcompinit && bashcompinit`,
    toBash(name, command),
  ].join("\n");
}

function toFish(name: string, command: AnyCommand): string {
  const quote = (text: string) => `'${text.replace(/['\\]/g, "\\$&")}'`;
  const id = `__fish_${name.replace(/\W/g, "_")}_at`;
  const known = wordsOf(command);
  return [
    `# fish completion support for ${name}`,
    `function ${id}`,
    `  set -l path`,
    `  for word in (commandline -opc)[2..]`,
    `    if contains -- (string join ' ' $path $word) ${known.slice(1).map(([path]) => quote(path)).join(" ")}`,
    `      set -a path $word`,
    `    end`,
    `  end`,
    `  test (string join ' ' $path) = "$argv[1]"`,
    `end`,
    ...known.flatMap(([path, words]) =>
      words.map(({ word, description }) => {
        const what = word.startsWith("--")
          ? `-l ${word.slice(2)}`
          : word.startsWith("-")
          ? `-s ${word.slice(1)}`
          : `-a ${word}`;
        return `complete -c ${name} -n ${quote(`${id} ${quote(path)}`)} -f ${what} -d ${quote(description)}`;
      })
    ),
  ].join("\n");
}
