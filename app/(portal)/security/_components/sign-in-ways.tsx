"use client";

import { useState } from "react";
import { Fingerprint, Plus, RectangleEllipsis } from "lucide-react";
import { signIn } from "next-auth/react";
import { accountApi } from "@/app/_client/account-api";
import { ProviderIcon } from "@/app/_components/provider-icon";
import { Button } from "@/lib/ui/button";
import { Menu, MenuContent, MenuItem, MenuTrigger } from "@/lib/ui/menu";
import { RelativeTime } from "@/lib/ui/relative-time";
import { useToast } from "@/lib/ui/toast";
import type { IdentityView } from "@/lib/usecases/views";
import { PasswordDialog } from "./password-dialog";
import { Row, Rows, Section } from "./section";
import { useSecurity } from "./security-context";

/** What signs this person in. */
export function SignInWays() {
  const { view } = useSecurity();
  const showsPassword = view.passwordLogin || view.hasPassword;
  return (
    <Section id="sign-in-ways" title="Ways to sign in" description="Whoever has one of these can begin to sign in as you." actions={view.linkable.length > 0 ? <LinkMenu /> : undefined}>
      <Rows label="Ways to sign in">
        {view.identities.map((identity) => (
          <Identity key={identity.id} identity={identity} />
        ))}
        {showsPassword && <Password />}
        {view.passkeys.length > 0 && (
          <Row icon={<Fingerprint />} title={view.passkeys.length === 1 ? "A passkey" : `${view.passkeys.length} passkeys`}>
            {view.passkeys.map(({ name }) => name).join(", ")}. A passkey signs you in by itself; manage it below.
          </Row>
        )}
      </Rows>
    </Section>
  );
}

function Identity({ identity }: { identity: IdentityView }) {
  const { approve } = useSecurity();
  const toast = useToast();
  const { id, providerName, icon, email } = identity;

  async function remove() {
    const done = await approve({
      ask: () => accountApi.askStepUp("identity.unlink", { objectId: id }),
      act: (proof) => accountApi.unlinkIdentity(id, proof),
      title: `Remove ${providerName}?`,
      words: { submit: "Remove it", pending: "Removing…", tone: "danger" },
    });
    if (done !== null) toast({ tone: "good", title: `${providerName} no longer signs you in` });
  }

  return (
    <Row
      icon={<ProviderIcon icon={icon} name={providerName} />}
      title={<span className="inline-block first-letter:uppercase">{providerName}</span>}
      actions={
        <Button tone="danger-quiet" size="sm" onClick={() => void remove()}>
          Remove<span className="sr-only"> {providerName}</span>
        </Button>
      }
    >
      {email && <span className="wrap-anywhere">{email} · </span>}
      last used <RelativeTime iso={identity.lastUsedAt} />
    </Row>
  );
}

function LinkMenu() {
  const { view, approve } = useSecurity();
  const [leaving, setLeaving] = useState(false);

  async function link(provider: string, name: string) {
    const done = await approve({
      ask: () => accountApi.askStepUp("identity.link", { parameters: { provider } }),
      act: (proof) => accountApi.linkIdentity(provider, proof),
      title: `Add ${name}`,
      words: { submit: "Go on", pending: "Checking…" },
    });
    if (done === null) return;
    setLeaving(true);
    await signIn(provider, { callbackUrl: "/security" }).catch(() => setLeaving(false));
  }

  return (
    <Menu>
      <MenuTrigger asChild>
        <Button pending={leaving}>
          <Plus aria-hidden="true" className="-ml-0.5 size-4" />
          Add a way to sign in
        </Button>
      </MenuTrigger>
      <MenuContent align="end">
        {view.linkable.map(({ id, name, icon }) => (
          <MenuItem key={id} onSelect={() => void link(id, name)}>
            <ProviderIcon icon={icon} name={name} />
            {name}
          </MenuItem>
        ))}
      </MenuContent>
    </Menu>
  );
}

function Password() {
  const { view } = useSecurity();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Row
        icon={<RectangleEllipsis />}
        title="Password"
        actions={
          view.passwordLogin && (
            <Button size="sm" onClick={() => setOpen(true)}>
              {view.hasPassword ? "Change password" : "Set a password"}
            </Button>
          )
        }
      >
        {!view.hasPassword
          ? "You have none. With one, your address, the password and a code sign you in."
          : view.passwordLogin
            ? "Set. After it, you are asked for a mailed code or a second factor."
            : "Set, and of no use at present: signing in with a password is switched off here."}
      </Row>
      {open && <PasswordDialog onClose={() => setOpen(false)} />}
    </>
  );
}
