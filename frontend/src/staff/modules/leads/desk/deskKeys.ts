import { ref, watch } from 'vue'

const STORED = 'yinling.desk-keys'

function stored(): boolean {
  try {
    return localStorage.getItem(STORED) !== 'off'
  } catch {
    return true
  }
}

/** Single letters act at once; who dictates or types by accident can turn that off. */
export const keysAreOn = ref(stored())

watch(keysAreOn, (on) => {
  try {
    localStorage.setItem(STORED, on ? 'on' : 'off')
  } catch {
    // Without storage the choice holds for this visit.
  }
})
