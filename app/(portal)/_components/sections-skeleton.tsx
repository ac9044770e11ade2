import { Card } from "@/lib/ui/card";
import { Loading, Skeleton } from "@/lib/ui/skeleton";

const ROWS = ["a", "b"];

/** A page of sections before their rows are there. */
export function SectionsSkeleton({ label, sections }: { label: string; sections: string[] }) {
  return (
    <Loading label={label} className="grid gap-6">
      {sections.map((section) => (
        <Card key={section}>
          <div className="grid gap-2 border-b border-line px-4 py-3.5 sm:px-5">
            <Skeleton className="h-5 w-40" />
            <Skeleton className="h-4 w-72 max-w-full" />
          </div>
          {ROWS.map((row) => (
            <div key={row} className="flex items-center gap-4 border-b border-line px-4 py-3.5 last:border-0 sm:px-5">
              <Skeleton className="size-9 rounded-lg" />
              <div className="grid flex-1 gap-2">
                <Skeleton className="h-4 w-40" />
                <Skeleton className="h-3 w-56 max-w-full" />
              </div>
              <Skeleton className="h-8 w-20" />
            </div>
          ))}
        </Card>
      ))}
    </Loading>
  );
}
