/**
 * Names under which each connection keeps a statement parsed and planned: to plan a client's row with all that is shown of it
 * takes ten times as long as to read it.
 */

/** A connection keeps what it has prepared until it ends, so there is a bound; the portal has fewer statements than this. */
const MOST_STATEMENTS = 300;

/**
 * @returns for one pool: the name of a statement, or "" for what is better planned each time: searches, whose best plan depends on the
 *   pattern, and what has no parameters (BEGIN and its like)
 */
export function statementNames(): (statement: { sql: string; args: readonly unknown[] }) => string {
  const names = new Map<string, string>();
  return ({ sql, args }) => {
    const known = names.get(sql);
    if (known !== undefined || args.length === 0 || names.size >= MOST_STATEMENTS || sql.includes(" LIKE ")) return known ?? "";
    const name = `portcullis_${names.size + 1}`;
    names.set(sql, name);
    return name;
  };
}
