import { Building2, KeyRound, Shield, Users, type LucideIcon } from "lucide-react";
import { cx } from "@/lib/ui/cx";

const DRAWN: Record<string, LucideIcon> = { key: KeyRound, building: Building2, shield: Shield, users: Users };

/**
 * What stands beside a provider's name: one of our own drawings, or the operator's picture; its first letter when it has none. Decoration.
 *
 * @param icon as the provider's settings name it
 */
export function ProviderIcon({ icon, name, className }: { icon: string | null; name: string; className?: string }) {
  const size = cx("size-5 shrink-0", className);
  if (icon?.startsWith("data:image/")) {
    return (
      <svg viewBox="0 0 24 24" aria-hidden="true" className={size}>
        <image href={icon} width="24" height="24" />
      </svg>
    );
  }
  if (icon === "google") return <Google className={size} />;
  if (icon === "github") return <GitHub className={size} />;
  if (icon === "microsoft") return <Microsoft className={size} />;
  const Icon = icon !== null && Object.hasOwn(DRAWN, icon) ? DRAWN[icon] : undefined;
  if (Icon) return <Icon aria-hidden="true" strokeWidth={1.75} className={size} />;
  return (
    <span aria-hidden="true" className={cx("text-center text-base/5 font-semibold", size)}>
      {[...name][0]?.toLocaleUpperCase("en")}
    </span>
  );
}

/** The companies' marks in their own colours, as their rules for sign-in buttons ask. */
function Google({ className }: { className: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" className={className}>
      <path fill="#4285F4" d="M23.5 12.27c0-.85-.08-1.67-.22-2.45H12v4.64h6.45a5.5 5.5 0 0 1-2.4 3.62v3h3.88c2.27-2.09 3.57-5.17 3.57-8.81Z" />
      <path fill="#34A853" d="M12 24c3.24 0 5.96-1.07 7.94-2.91l-3.88-3.01c-1.07.72-2.45 1.15-4.06 1.15-3.12 0-5.77-2.11-6.71-4.95h-4v3.11A12 12 0 0 0 12 24Z" />
      <path fill="#FBBC05" d="M5.29 14.28a7.2 7.2 0 0 1 0-4.57V6.6h-4a12 12 0 0 0 0 10.78l4-3.1Z" />
      <path fill="#EA4335" d="M12 4.77c1.76 0 3.34.61 4.59 1.8l3.44-3.44A11.5 11.5 0 0 0 12 0 12 12 0 0 0 1.29 6.6l4 3.11C6.23 6.87 8.88 4.77 12 4.77Z" />
    </svg>
  );
}

function GitHub({ className }: { className: string }) {
  return (
    <svg viewBox="0 0 16 16" fill="currentColor" aria-hidden="true" className={className}>
      <path d="M8 0a8 8 0 0 0-2.53 15.59c.4.07.55-.17.55-.38v-1.49c-2.23.49-2.7-.94-2.7-.94-.36-.93-.89-1.17-.89-1.17-.73-.5.05-.49.05-.49.81.06 1.23.83 1.23.83.72 1.23 1.88.87 2.34.67.07-.52.28-.88.51-1.08-1.78-.2-3.64-.89-3.64-3.95 0-.87.31-1.59.82-2.15-.08-.2-.36-1.02.08-2.12 0 0 .67-.22 2.2.82a7.6 7.6 0 0 1 4 0c1.53-1.04 2.2-.82 2.2-.82.44 1.1.16 1.92.08 2.12.51.56.82 1.28.82 2.15 0 3.07-1.87 3.75-3.65 3.95.29.25.54.73.54 1.48v2.19c0 .21.15.46.55.38A8 8 0 0 0 8 0Z" />
    </svg>
  );
}

function Microsoft({ className }: { className: string }) {
  return (
    <svg viewBox="0 0 21 21" aria-hidden="true" className={className}>
      <path fill="#F25022" d="M0 0h10v10H0z" />
      <path fill="#7FBA00" d="M11 0h10v10H11z" />
      <path fill="#00A4EF" d="M0 11h10v10H0z" />
      <path fill="#FFB900" d="M11 11h10v10H11z" />
    </svg>
  );
}
