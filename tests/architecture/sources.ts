/**
 * What the syntax of a source says about the floors: hosts named as globals, and exports that come from elsewhere.
 * It reads TypeScript's tree and not the text, so comments, strings and property names cannot be mistaken for code.
 *
 * @module
 */
import { ts } from "../typescript.ts";

/** Globals that exist on one host only. */
const hosts: ReadonlySet<string> = new Set([
  "Deno",
  "process",
  "Bun",
  "Buffer",
  "require",
  "__dirname",
  "__filename",
]);

/** Rule 4: finds each host that a source names, as a value or a type. */
export function checkHosts(file: string, source: string): string[] {
  const wrong: string[] = [];
  const tree = parse(file, source);
  const visit = (node: ts.Node): void => {
    const name = hostNamed(node);
    if (name !== undefined) wrong.push(`${file}:${lineOf(tree, node)} names ${name}`);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return wrong;
}

/** Rule 6: finds `export *` anywhere, and in files that are no entry each export of something imported. */
export function checkReexports(file: string, source: string, isEntry: boolean): string[] {
  const wrong: string[] = [];
  const tree = parse(file, source);
  const imported = new Set<string>();
  for (const statement of tree.statements) {
    if (ts.isImportDeclaration(statement)) { for (const name of namesOf(statement)) imported.add(name); }
  }
  for (const statement of tree.statements) {
    const at = `${file}:${lineOf(tree, statement)}`;
    if (ts.isExportAssignment(statement)) {
      if (!isEntry && ts.isIdentifier(statement.expression) && imported.has(statement.expression.text)) {
        wrong.push(`${at} re-exports ${statement.expression.text}, but is no entry`);
      }
      continue;
    }
    if (!ts.isExportDeclaration(statement)) continue;
    const clause = statement.exportClause;
    if (clause === undefined || ts.isNamespaceExport(clause)) {
      wrong.push(`${at} exports *: entries list their names`);
      continue;
    }
    if (isEntry) continue;
    for (const element of clause.elements) {
      const name = (element.propertyName ?? element.name).text;
      if (statement.moduleSpecifier !== undefined || imported.has(name)) {
        wrong.push(`${at} re-exports ${name}, but is no entry`);
      }
    }
  }
  return wrong;
}

/**
 * Finds exports whose types must be inferred. Each would be a slow type, and `any` for users on Node, as soon as an
 * entry exports it.
 */
export function checkDeclarations(file: string, source: string): string[] {
  const { diagnostics = [] } = ts.transpileDeclaration(source, {
    fileName: file,
    reportDiagnostics: true,
    compilerOptions: { isolatedDeclarations: true, target: ts.ScriptTarget.ESNext, strict: true },
  });
  return diagnostics.map(({ messageText }) => `${file}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`);
}

function parse(file: string, source: string): ts.SourceFile {
  return ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
}

function lineOf(tree: ts.SourceFile, node: ts.Node): number {
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
}

function hostNamed(node: ts.Node): string | undefined {
  if (ts.isIdentifier(node)) {
    return hosts.has(node.text) && !isMemberName(node) ? node.text : undefined;
  }
  // globalThis.Deno and globalThis["Deno"]
  if (ts.isPropertyAccessExpression(node) && isGlobalObject(node.expression)) {
    return hosts.has(node.name.text) ? node.name.text : undefined;
  }
  if (ts.isElementAccessExpression(node) && isGlobalObject(node.expression)) {
    const key = node.argumentExpression;
    return ts.isStringLiteralLike(key) && hosts.has(key.text) ? key.text : undefined;
  }
  return undefined;
}

/** The globals may be reached through a cast, `(globalThis as Node).process`, or a chain, `globalThis.self.process`. */
function isGlobalObject(node: ts.Expression): boolean {
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isNonNullExpression(node)) {
    return isGlobalObject(node.expression);
  }
  if (ts.isPropertyAccessExpression(node)) return isGlobalObject(node.expression) && globals.has(node.name.text);
  return ts.isIdentifier(node) && globals.has(node.text);
}

const globals: ReadonlySet<string> = new Set(["globalThis", "self", "window", "global"]);

/** A member called `process` belongs to its object, whatever the host. */
function isMemberName(node: ts.Identifier): boolean {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isQualifiedName(parent)) return parent.right === node;
  if (ts.isBindingElement(parent)) return parent.propertyName === node;
  return (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isPropertyDeclaration(parent) ||
    ts.isMethodDeclaration(parent) || ts.isMethodSignature(parent) || ts.isGetAccessorDeclaration(parent) ||
    ts.isSetAccessorDeclaration(parent)) && parent.name === node;
}

function namesOf(statement: ts.ImportDeclaration): string[] {
  const clause = statement.importClause;
  if (clause === undefined) return [];
  const names = clause.name ? [clause.name.text] : [];
  const bindings = clause.namedBindings;
  if (bindings === undefined) return names;
  if (ts.isNamespaceImport(bindings)) return [...names, bindings.name.text];
  return [...names, ...bindings.elements.map((element) => element.name.text)];
}
