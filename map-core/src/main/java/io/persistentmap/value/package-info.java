/** Values on the heap: the cache of those that may be shared. Knows the index only by its reads. */
@NullMarked
package io.persistentmap.value;

import org.jspecify.annotations.NullMarked;
