import {
  conditionTree,
  type Database,
  idText,
  latestVersion,
  readVersion,
  sqlString,
  type Workspace
} from "../../base/store/index.js";
import {idFormOf} from "./idForm.js";

/**
 * The ids that a condition names one by one, as `id = 'a' or id in ('b', 'c')` does; none of a condition that asks for anything
 * else. `row_id` always is the id; another column is one where the newest version's ids come from it.
 */
export async function namedIds(
  db: Database,
  workspace: Workspace,
  {dataset, where}: {dataset: string; where: string}
): Promise<string[]> {
  const named = idsOf(await conditionTree<ConditionNode>(db, where));
  if (named === undefined) return [];
  const latest = await latestVersion(workspace, dataset);
  const version = latest && (await readVersion(workspace, {dataset, id: latest.version}));
  const id = version ? (version.idColumn ?? undefined) : "id";
  const column = version?.columns.find(({name}) => name === id);
  const form = await idFormOf(db, workspace, {name: dataset, id}, latest?.version);
  const ids = new Set<string>();
  for (const one of named) {
    const name = one.column.toLowerCase();
    if (name !== "row_id" && name !== id?.toLowerCase()) return [];
    if (name === "row_id" || !column || /^JSON$/i.test(column.type)) {
      ids.add(one.value);
      continue;
    }
    const value = `(select try_cast(${sqlString(one.value)} as ${column.type}) as v)`;
    const found = await db.row<{id: string | null}>(
      `select ${idText({name: "v", type: column.type}, form)} as id from ${value}`
    );
    if (typeof found?.id !== "string") return [];
    ids.add(found.id);
  }
  return [...ids].sort();
}

interface NamedId {
  column: string;
  value: string;
}

/** What equalities joined by `or` ask for; undefined of any other expression. */
function idsOf(tree: ConditionNode): NamedId[] | undefined {
  const children = tree.children ?? [tree.left, tree.right];
  if (tree.type === "CONJUNCTION_OR") {
    const parts = children.map((one) => one && idsOf(one));
    return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
  }
  if (tree.type !== "COMPARE_EQUAL" && tree.type !== "COMPARE_IN") return undefined;
  const columns = children.filter((one) => one?.type === "COLUMN_REF");
  const values = children.filter((one) => one?.type === "VALUE_CONSTANT").map((one) => constantOf(one!));
  const [column, ...more] = columns[0]?.column_names ?? [];
  const isBare = column !== undefined && more.length === 0 && columns.length === 1;
  if (!isBare || values.length !== children.length - 1) return undefined;
  return values.every((value) => value !== undefined) ? values.map((value) => ({column, value})) : undefined;
}

interface ConditionNode {
  type: string;
  children?: (ConditionNode | undefined)[];
  left?: ConditionNode;
  right?: ConditionNode;
  column_names?: string[];
  value?: {type: {id: string}; value?: unknown};
}

/** Texts and whole numbers: others have more ways to be written than ids have. */
function constantOf({value}: ConditionNode): string | undefined {
  const isId = /^(VARCHAR|U?(TINY|SMALL|BIG)INT|U?INTEGER)$/.test(value?.type.id ?? "");
  const held = value?.value;
  return isId && (typeof held === "string" || typeof held === "number") ? String(held) : undefined;
}
