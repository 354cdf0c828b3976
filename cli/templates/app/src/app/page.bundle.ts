import { fileURLToPath } from "node:url";

/** A file of the page. */
export interface PageFile {
  /** What `content-type` says of it. */
  readonly type: string;
  /** The content. */
  readonly body: Uint8Array<ArrayBuffer>;
}

/** The page's files by path: `/index.html`, and beside it what has a hash of its content in its name. */
export type PageFiles = ReadonlyMap<string, PageFile>;

interface BundleOptions {
  readonly development: boolean;
  /** The page. @default index.html beside this file */
  readonly entry?: URL;
}

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  map: "application/json",
};

/**
 * Bundles `index.html` with the scripts and styles it leads to: minified and with React for production, or with React's
 * warnings and the sources for development.
 *
 * @throws Error with what Deno says, when it cannot.
 */
export async function bundlePage(
  { development, entry = new URL("index.html", import.meta.url) }: BundleOptions,
): Promise<PageFiles> {
  const folder = await Deno.makeTempDir({ prefix: "igniter_page_" });
  try {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "bundle",
        "--platform=browser",
        development ? "--sourcemap=linked" : "--minify",
        `--outdir=${folder}`,
        fileURLToPath(entry),
      ],
      // Deno looks for deno.json from here upwards.
      cwd: fileURLToPath(new URL(".", entry)),
      env: { NO_COLOR: "1", RUST_BACKTRACE: "0" },
      stdout: "null",
      stderr: "piped",
    }).output();
    if (!success) throw new Error(`Cannot bundle the page: ${new TextDecoder().decode(stderr).trim()}`);
    return await readFiles(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function readFiles(folder: string, path = "/"): Promise<Map<string, PageFile>> {
  const files = new Map<string, PageFile>();
  for await (const { name, isDirectory } of Deno.readDir(folder + path)) {
    if (isDirectory) {
      for (const [below, file] of await readFiles(folder, `${path}${name}/`)) files.set(below, file);
    } else {
      const type = TYPES[name.slice(name.lastIndexOf(".") + 1)] ?? "application/octet-stream";
      files.set(path + name, { type, body: await Deno.readFile(folder + path + name) });
    }
  }
  return files;
}
