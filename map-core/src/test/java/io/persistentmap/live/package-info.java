/** Tests of live values. */
@NullMarked
package io.persistentmap.live;

import org.jspecify.annotations.NullMarked;
