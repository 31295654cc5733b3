/** Tests of the table of idioms: PersistentMap's column, and that the page is the program's. */
@NullMarked
package io.persistentmap.bench.semantics;

import org.jspecify.annotations.NullMarked;
