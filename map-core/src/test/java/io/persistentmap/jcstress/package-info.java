/**
 * Threads that meet on the real memory: off the heap, in the mapped file, and in the objects of
 * live values, where Lincheck does not see them.
 *
 * <p>Each class here with {@link org.openjdk.jcstress.annotations.JCStressTest} says what its two
 * actors do and which results are forbidden; {@link io.persistentmap.jcstress.JcstressTest} runs
 * them all.
 */
@org.jspecify.annotations.NullMarked
package io.persistentmap.jcstress;
