package io.persistentmap.serializer;

import org.jspecify.annotations.Nullable;

/**
 * Objects of a user's class with a {@code readResolve}: their fields. What is read is what that
 * method returns, and so is there only when the fields are.
 */
final class ResolvedForm extends Form {
  private final Fields fields;
  private final Instantiator instantiator;

  /** Null if the class had one when the objects were written, and has none now. */
  private final @Nullable ReadResolve readResolve;

  ResolvedForm(Fields fields, Instantiator instantiator, @Nullable ReadResolve readResolve) {
    this.fields = fields;
    this.instantiator = instantiator;
    this.readResolve = readResolve;
  }

  @Override
  void writeBody(Object object, GraphWriter out) {
    fields.write(object, out);
  }

  @Override
  Object readBody(@Nullable Object created, GraphReader in) {
    Object object = instantiator.create();
    long mark = in.beginMaking();
    fields.read(object, in);
    in.endMaking(mark);
    return readResolve == null ? object : readResolve.resolve(object);
  }

  @Override
  @Nullable Object[] parts(Object object) {
    return fields.get(object);
  }
}
