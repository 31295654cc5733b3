/**
 * The promise under attack: processes are killed, system calls fail, files are damaged, and after
 * each the map must have the state of a checkpoint, or refuse to open.
 */
@NullMarked
package io.persistentmap.crash;

import org.jspecify.annotations.NullMarked;
