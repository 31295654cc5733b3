/** Guards of what looks into files and mends them. */
@NullMarked
package io.persistentmap.inspect;

import org.jspecify.annotations.NullMarked;
