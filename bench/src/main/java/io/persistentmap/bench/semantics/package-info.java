/**
 * What maps do with the idioms of HashMap: {@code ./benchmark semantics} runs it, and makes the
 * table.
 */
@NullMarked
package io.persistentmap.bench.semantics;

import org.jspecify.annotations.NullMarked;
