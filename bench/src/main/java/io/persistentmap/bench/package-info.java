/** Benchmarks of the map, run by {@code ./benchmark}. */
@NullMarked
package io.persistentmap.bench;

import org.jspecify.annotations.NullMarked;
