import Link from "next/link";
import { Button } from "@/lib/ui/button";
import { LinkPending } from "@/lib/ui/link-pending";
import { Pill } from "@/lib/ui/pill";
import { RelativeTime } from "@/lib/ui/relative-time";
import { Cell, TableRow } from "@/lib/ui/table";
import type { UserView } from "@/lib/usecases/views";

interface UserRowProps {
  user: UserView;
  /** The operator who looks. */
  own: boolean;
  pending: boolean;
  onDeactivate: () => void;
  onReactivate: () => void;
}

export function UserRow({ user, own, pending, onDeactivate, onReactivate }: UserRowProps) {
  const off = user.deactivatedAt !== null;
  const who = user.email ?? user.name;
  return (
    <TableRow aria-label={who}>
      <Cell className="col-span-2 md:max-w-72">
        <span className={off ? "block font-medium wrap-anywhere text-muted" : "block font-medium wrap-anywhere"}>{user.email ?? "No proved address"}</span>
        <span className="mt-0.5 flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-faint">
          <span className="min-w-0 wrap-anywhere">{user.name}</span>
          {user.isOperator && <Pill tone="accent">Operator</Pill>}
          {off && <Pill tone="bad">Deactivated</Pill>}
        </span>
      </Cell>
      <Cell label="Subscriptions" className="col-span-2 md:max-w-60">
        {user.subscriptions.length === 0 ? (
          <span className="text-faint">None</span>
        ) : (
          user.subscriptions.map(({ id, name, role }) => (
            <span key={id} className="block truncate">
              <Link href={`/subscriptions/${id}`} className="thumb rounded-sm hover:text-accent hover:underline">
                {name}
                <LinkPending />
              </Link>{" "}
              <span className="text-sm text-faint">{role}</span>
            </span>
          ))
        )}
      </Cell>
      <Cell label="Signs in with" className="text-sm text-muted">
        {waysOf(user)}
        <span className="block text-xs text-faint">{secondFactorsOf(user)}</span>
      </Cell>
      <Cell label="Last seen" className="justify-self-end text-right text-sm text-muted md:text-left">
        {user.lastSeenAt ? <RelativeTime iso={user.lastSeenAt} /> : "never"}
        <span className="block text-xs text-faint">{user.sessions === 0 ? "not signed in" : user.sessions === 1 ? "1 session" : `${user.sessions} sessions`}</span>
      </Cell>
      <Cell className="col-span-2 justify-self-end md:text-right">
        {off ? (
          <Button size="sm" pending={pending} onClick={onReactivate}>
            Reactivate<span className="sr-only"> {who}</span>
          </Button>
        ) : own ? (
          <span className="text-sm text-faint">You</span>
        ) : (
          <Button tone="danger-quiet" size="sm" pending={pending} onClick={onDeactivate}>
            Deactivate<span className="sr-only"> {who}</span>
          </Button>
        )}
      </Cell>
    </TableRow>
  );
}

const count = (number: number, one: string, many: string): string[] => (number === 0 ? [] : [number === 1 ? `1 ${one}` : `${number} ${many}`]);

/** "2 providers, password". */
function waysOf({ factors }: UserView): string {
  const ways = [...count(factors.identities, "provider", "providers"), ...(factors.password ? ["password"] : [])];
  return ways.length === 0 ? "passkeys alone" : ways.join(", ");
}

/** "1 passkey, 2 apps". */
function secondFactorsOf({ factors }: UserView): string {
  const second = [...count(factors.passkeys, "passkey", "passkeys"), ...count(factors.totp, "app", "apps")];
  return second.length === 0 ? "no second factor" : second.join(", ");
}
