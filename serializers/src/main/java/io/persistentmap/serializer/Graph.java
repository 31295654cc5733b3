package io.persistentmap.serializer;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.KryoException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Kryo instance with what it writes and reads through. It keeps track of the objects of a graph
 * and finds the form of each; the forms are ours. For one thread at a time, and one value at a
 * time.
 */
final class Graph {
  static {
    if (System.getProperty("kryo.unsafe") == null) {
      System.setProperty("kryo.unsafe", "false"); // else warnings on stderr from JDK 24 on
    }
  }

  private final Kryo kryo;
  private final GraphOutput output = new GraphOutput();
  private final GraphInput input = new GraphInput();
  private final GraphWriter writer;
  private final GraphReader reader;
  private final GraphReferences references;

  /** Whether the value has more than one object, so that Kryo had to do with it. */
  private boolean referenced;

  Graph(StoredClasses classes) {
    reader = new GraphReader(classes, this);
    references = new GraphReferences(reader);
    writer = new GraphWriter(classes, references, this);
    kryo = new Kryo(new GraphClasses(classes, writer, reader), references);
    kryo.setRegistrationRequired(false);
    kryo.setAutoReset(false);
  }

  /** Appends a value and all it refers to; tells a watch, if there is one. */
  void write(Object value, ByteWriter out, @Nullable MonitorWatch watch) {
    output.begin(out);
    writer.root(value, out, watch);
  }

  /** Returns the first objects of classes that were never checked, or null if there are none. */
  @Nullable List<GraphWriter.FirstObject> takeFirstObjects() {
    return writer.takeFirstObjects();
  }

  /** Reads what {@link #write} appended, from behind the tag. */
  @Nullable Object read(int tag, ByteReader in) {
    input.begin(in);
    return reader.root(tag, in);
  }

  /** Asks {@link #isInOldLayout} to tell all there is. */
  void noteLayout() {
    reader.noteLayout();
  }

  /** Returns whether the value that was read might be written in other bytes now. */
  boolean isInOldLayout() {
    return reader.isInOldLayout();
  }

  /** Returns the number of the container that could not be filled at the end; -1 for none. */
  int failedContainer() {
    return reader.fillings().failed();
  }

  /** Reads up to a container, and then fails, so that the failure has the path to it. */
  void failAt(int container, RuntimeException failure, int tag, ByteReader in) {
    reader.fillings().failAt(container, failure);
    Object unused = read(tag, in);
  }

  /** Returns why {@link #readKept} should be tried after a failure; null if it is of no use. */
  @Nullable Throwable lateFailure() {
    return reader.lateFailure();
  }

  /** Reads the same, but of fields that are dropped it makes nothing, for the given reason. */
  @Nullable Object readKept(int tag, ByteReader in, Throwable reason) {
    reader.skipDropped(reason);
    return read(tag, in);
  }

  /** Returns an object of the value that was read, by the number that it has in the graph. */
  Object readObject(int number) {
    return references.read(number);
  }

  /** Forgets the value. */
  void reset() {
    if (referenced) {
      kryo.reset();
      referenced = false;
    } else {
      references.reset();
    }
    writer.reset();
    reader.reset();
    output.forget();
    input.forget();
  }

  // ---- for writer and reader --------------------------------------------------------------------

  GraphReferences references() {
    return references;
  }

  void writeReferenced(Object value) {
    referenced = true;
    kryo.writeClassAndObject(output, value);
  }

  @Nullable Object readReferenced() {
    referenced = true;
    try {
      return kryo.readClassAndObject(input);
    } catch (KryoException e) {
      if (e.getCause() instanceof SerializationException cause) {
        throw cause; // of a reference
      }
      throw e;
    }
  }

  void register(Object object) {
    kryo.reference(object);
  }

  /** Forgets objects that were read, and those that were to be made when something failed. */
  void forgetRead(int objects, int unmade) {
    while (references.unmadeCount() > unmade) {
      kryo.reference(this); // which takes the number of one from Kryo's stack
    }
    references.forgetRead(objects);
  }
}
