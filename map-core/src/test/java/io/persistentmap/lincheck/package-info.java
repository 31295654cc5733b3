/**
 * Lincheck's search for interleavings of threads that no sequence of operations explains.
 *
 * <p>Its model checker sees fields, arrays and locks, but no memory off the heap, and refuses I/O.
 * So index and log run on {@link io.persistentmap.lincheck.ArrayMemory} and {@link
 * io.persistentmap.lincheck.MemoryFile} here.
 */
@org.jspecify.annotations.NullMarked
package io.persistentmap.lincheck;
