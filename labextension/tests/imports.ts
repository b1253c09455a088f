/** Reads the imports of TypeScript sources, type-only and dynamic ones included, and finds circles among them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import ts from 'typescript';

export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** The sources below a folder: path relative to the folder, with forward slashes, to text. */
export function readSources(folder: string): Map<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(path => path.endsWith('.ts'));
  return new Map(
    paths.map(path => [relative('.', path).split(sep).join('/'), readFileSync(join(folder, path), 'utf8')])
  );
}

/** The specifiers that a source imports or re-exports, in any form. Comments and strings do not count. */
export function specifiers(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(file => file.fileName);
}

/** Which source imports which. Packages are left out. Throws on a relative import that leads to no source. */
export function importGraph(sources: ReadonlyMap<string, string>): Graph {
  const resolve = (from: string, specifier: string): string => {
    const path = posix.join(posix.dirname(from), specifier);
    const found = [`${path}.ts`, posix.join(path, 'index.ts')].find(name => sources.has(name));
    if (found === undefined) {
      throw new Error(`${from} imports ${specifier}, which is not among the sources`);
    }
    return found;
  };
  const imports = (path: string, text: string): Set<string> =>
    new Set(
      specifiers(text)
        .filter(name => name.startsWith('.'))
        .map(name => resolve(path, name))
    );
  return new Map([...sources].map(([path, text]) => [path, imports(path, text)]));
}

/** The graph of groups of nodes: an edge wherever a member of one group has an edge to a member of another. */
export function grouped(graph: Graph, groupOf: (node: string) => string): Graph {
  const groups = new Map<string, Set<string>>();
  for (const [node, targets] of graph) {
    const from = groupOf(node);
    const edges = groups.get(from) ?? new Set();
    [...targets].map(groupOf).forEach(to => to !== from && edges.add(to));
    groups.set(from, edges);
  }
  return groups;
}

/** The strongly connected components with more than one node, and nodes with an edge to themselves (Tarjan 1972). */
export function circles(graph: Graph): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (node: string): void => {
    const index = order.size;
    order.set(node, index);
    low.set(node, index);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!order.has(next)) {
        visit(next);
      }
      if (stack.includes(next)) {
        low.set(node, Math.min(low.get(node) ?? index, low.get(next) ?? index));
      }
    }
    if (low.get(node) === index) {
      const component = stack.splice(stack.indexOf(node)).sort();
      if (component.length > 1 || graph.get(node)?.has(node)) {
        found.push(component);
      }
    }
  };
  [...graph.keys()].filter(node => !order.has(node)).forEach(node => !order.has(node) && visit(node));
  return found;
}
