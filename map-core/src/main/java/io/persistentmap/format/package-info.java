/**
 * The bytes of the hash file, and nothing else: what each field is called, where it is, and which
 * fault it detects. The same grammar, for readers in other languages, is in {@code
 * docs/file-format.md}. No I/O, no threads.
 */
@NullMarked
package io.persistentmap.format;

import org.jspecify.annotations.NullMarked;
