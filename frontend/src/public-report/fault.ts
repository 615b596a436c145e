import { ref } from 'vue'

/** What went wrong with the page itself. */
export const fault = ref('')
