/**
 * Turns keys and values into bytes and back: {@link io.persistentmap.serializer.Codec} for whatever
 * a map holds, {@link io.persistentmap.serializer.Serializer} for whoever knows better.
 *
 * <p>Here live the encodings, the schemas of classes, the list of the JDK's classes that can be
 * stored, the filter of the user's, and the rules that say which classes are immutable or have
 * stable bytes. The encodings are part of the file format: a byte that was written once is read by
 * every later version. What may not live here: files, locks, records of the log, and anything that
 * knows a map. Schemas are known to a file by number; the numbers come from a {@link
 * io.persistentmap.serializer.ClassTable}, which the engine implements.
 *
 * <p>To read the source: {@code Codec.write}, {@code GraphWriter.content} (what follows what, and
 * what is put off), {@code StoredClasses} (number to class and back), {@code Storable} (what is
 * refused), then the subclasses of {@code Form}, one for each layout; {@code JdkTypes} is the list.
 * Kryo keeps track of the objects of a graph, of their classes and references; what is in them is
 * written by the forms. It stays behind this package: none of its types appears in a public
 * signature and none of its exceptions leaves.
 *
 * <p>The order of goals, wherever two of them collide: no lost or wrong data; simple to read;
 * speed.
 */
@NullMarked
package io.persistentmap.serializer;

import org.jspecify.annotations.NullMarked;
