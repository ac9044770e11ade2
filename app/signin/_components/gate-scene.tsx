/** A raised portcullis in a curtain wall, drawn in the palette's own lines. Decoration, for wide screens. */
export function GateScene() {
  return (
    <div aria-hidden="true" className="relative hidden overflow-hidden border-l border-line bg-accent-soft lg:block">
      <svg viewBox="0 0 800 900" preserveAspectRatio="xMidYMax slice" className="absolute inset-0 size-full" fill="none">
        <g className="stroke-accent/10" strokeWidth="1.5">
          {COURSES.map(({ y, offset }) => (
            <g key={y}>
              <path d={`M0 ${y}H800`} />
              {JOINTS.map((x) => (
                <path key={x} d={`M${x + offset} ${y}v60`} />
              ))}
            </g>
          ))}
        </g>
        {/* Behind the gate, the tunnel: vault after vault, each lighter. */}
        <path d={opening(205)} className="fill-canvas" />
        {VAULTS.map(({ radius, centre }) => (
          <path key={radius} d={opening(radius, centre)} className="fill-accent/5 stroke-accent/15" strokeWidth="2" />
        ))}
        <g className="opacity-70">
          <g className="stroke-accent" strokeWidth="10">
            {BARS.map((x) => (
              <path key={x} d={`M${x} 250V560`} />
            ))}
            {RAILS.map((y) => (
              <path key={y} d={`M195 ${y}H605`} />
            ))}
          </g>
          <g className="fill-accent">
            {BARS.map((x) => (
              <path key={x} d={`M${x - 11} 556h22l-11 38Z`} />
            ))}
          </g>
        </g>
        {/* The arch lies over the ends of the bars, as its stones would. */}
        <path d={opening(250)} className="stroke-accent-soft" strokeWidth="90" />
        {VOUSSOIRS.map((d) => (
          <path key={d} d={d} className="stroke-accent/22" strokeWidth="2" />
        ))}
        {JAMBS.map((y) => (
          <path key={y} d={`M105 ${y}h88M607 ${y}h88`} className="stroke-accent/22" strokeWidth="2" />
        ))}
        <path d={opening(295)} className="stroke-accent/22" strokeWidth="2" />
        <path d={opening(205)} className="stroke-accent" strokeWidth="12" />
      </svg>
    </div>
  );
}

const CENTRE = 470;
const COURSES = Array.from({ length: 15 }, (_, row) => ({ y: row * 60, offset: row % 2 === 0 ? 0 : 60 }));
const JOINTS = Array.from({ length: 7 }, (_, column) => column * 120);
const BARS = [260, 330, 400, 470, 540];
const RAILS = [310, 385, 460, 535];
const JAMBS = Array.from({ length: 6 }, (_, row) => CENTRE + 4 + row * 76);

const VAULTS = [160, 122, 90, 63].map((radius, index) => ({ radius, centre: CENTRE + 60 + index * 42 }));

function opening(radius: number, centre = CENTRE): string {
  return `M${400 - radius} 920V${centre}a${radius} ${radius} 0 0 1 ${2 * radius} 0V920`;
}

/** Joints between the stones of the arch. */
const VOUSSOIRS = Array.from({ length: 13 }, (_, index) => {
  const angle = Math.PI * (index / 12);
  const point = (radius: number): string => `${(400 - radius * Math.cos(angle)).toFixed(1)} ${(CENTRE - radius * Math.sin(angle)).toFixed(1)}`;
  return `M${point(207)}L${point(295)}`;
});
