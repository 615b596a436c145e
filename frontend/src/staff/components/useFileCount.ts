import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'

import { attachmentsOf, type AttachmentBase } from '@/api/records'

/** How many files lie with a record; the panel of files asks the same once. */
export function useFileCount(base: AttachmentBase, name: string, id: () => string) {
  const query = useQuery({
    queryKey: computed(() => [name, 'attachments', id()]),
    queryFn: () => attachmentsOf(base, id()),
  })
  return computed(() => query.data.value?.items.length ?? null)
}
