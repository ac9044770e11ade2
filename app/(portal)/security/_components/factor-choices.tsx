import type { ReactNode } from "react";
import { ArrowRight, Fingerprint, Smartphone } from "lucide-react";
import type { FactorKind } from "@/app/_client/account-api";

/** The two kinds of second factor, in words for who never had one. */
export function FactorChoices({ onChoose }: { onChoose: (kind: FactorKind) => void }) {
  return (
    <div className="grid gap-3">
      <Choice icon={<Fingerprint />} title="Add a passkey" onClick={() => onChoose("passkey")}>
        Your fingerprint, face or PIN on this device, or a security key. The safest, and the quickest.
      </Choice>
      <Choice icon={<Smartphone />} title="Add an authenticator app" onClick={() => onChoose("totp")}>
        An app on your phone that shows a new code every half minute.
      </Choice>
    </div>
  );
}

interface ChoiceProps {
  icon: ReactNode;
  title: string;
  children: ReactNode;
  onClick: () => void;
}

function Choice({ icon, title, children, onClick }: ChoiceProps) {
  return (
    <button
      type="button"
      onClick={onClick}
      className="flex items-center gap-4 rounded-lg border border-line px-4 py-3.5 text-left shadow-card transition-colors duration-100 hover:border-line-strong hover:bg-hover"
    >
      <span aria-hidden="true" className="text-accent [&_svg]:size-6">
        {icon}
      </span>
      <span className="min-w-0 flex-1">
        <span className="block font-medium">{title}</span>
        <span className="block text-sm text-muted">{children}</span>
      </span>
      <ArrowRight aria-hidden="true" className="size-4 shrink-0 text-faint" />
    </button>
  );
}
