interface Handled {
  owner_unit: { name: string } | null
  proposed_unit: { name: string } | null
}

/** Who handles a lead; while nobody does, whom somebody proposed. */
export const ownerOf = ({ owner_unit: owner, proposed_unit: proposed }: Handled): string =>
  owner?.name ?? (proposed ? `— 建议：${proposed.name}` : '')
