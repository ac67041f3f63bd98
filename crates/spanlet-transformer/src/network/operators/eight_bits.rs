//! Numbers rounded to 8 bits, and back.

use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_core::ops::binary::TypedBinOp;
use tract_onnx::tract_core::ops::change_axes::AxisOp;
use tract_onnx::tract_core::ops::logic::{Iff, comp_eq};
use tract_onnx::tract_core::ops::nn::{Reduce, Reducer};
use tract_onnx::tract_hir::internal::{DatumType, OutletId, Tensor, TractResult, bail, ensure, tensor0, tvec};
use tract_onnx::tract_hir::ops::math;

use super::constants::tensor;
use super::guard::Guard;
use super::mapped::{Answer, Mapped, Of, Parts, along};

type Built = TractResult<Guard>;

/// What rounded numbers are multiplied by, which of them is zero, and along which axis those are.
#[derive(Clone)]
struct Rounding {
    scales: Tensor,
    zeros: Tensor,
    axis: i64,
    element: DatumType,
}

impl Rounding {
    fn of(context: &ParsingContext<'_>, node: &NodeProto) -> TractResult<Self> {
        let block: i64 = node.get_attr_opt("block_size")?.unwrap_or(0);
        ensure!(block == 0, "block_size: expected 0, found {block}");
        let Some(scales) = tensor(context, node, 1)? else { bail!("expected scales, found none") };
        let zeros = match tensor(context, node, 2)? {
            Some(zeros) => zeros,
            None => tensor0(0u8),
        };
        let element = zeros.datum_type();
        ensure!(scales.datum_type() == DatumType::F32, "expected scales of 32 bits, found {:?}", scales.datum_type());
        ensure!(
            zeros.len() == scales.len() || zeros.len() == 1,
            "expected a zero for every scale, found {}",
            zeros.len()
        );
        let axis = node.get_attr_opt("axis")?.unwrap_or(1);
        let zeros = zeros.cast_to::<f32>()?.into_owned();
        Ok(Self { scales, zeros, axis, element })
    }

    fn parts(&self, parts: &mut Parts<'_>, rank: usize) -> TractResult<[OutletId; 2]> {
        let scales = parts.constant("scales", along(&self.scales, self.axis, rank)?)?;
        let zeros = parts.constant("zeros", along(&self.zeros, self.axis, rank)?)?;
        Ok([scales, zeros])
    }

    fn guarded(self, guard: Guard) -> Guard {
        let is_along = self.scales.len() > 1;
        let guard = guard.shown(1);
        if is_along { guard.axes(&[self.axis]) } else { guard }
    }
}

pub(super) fn dequantize_linear(context: &ParsingContext<'_>, node: &NodeProto) -> Built {
    let rounding = Rounding::of(context, node)?;
    let own = rounding.clone();
    let guard = Mapped::guarded("DequantizeLinear", &[Answer::First(Of::Type(DatumType::F32))], move |parts| {
        let rank = parts.rank(parts.inputs[0])?;
        let [scales, zeros] = own.parts(parts, rank)?;
        let value = parts.cast("value", parts.inputs[0], DatumType::F32)?;
        let distance = parts.join("distance", math::sub(), [value, zeros])?;
        Ok(tvec![parts.join("product", math::mul(), [distance, scales])?])
    });
    Ok(rounding.guarded(guard))
}

pub(super) fn quantize_linear(context: &ParsingContext<'_>, node: &NodeProto) -> Built {
    let rounding = Rounding::of(context, node)?;
    let own = rounding.clone();
    let (answers, least, most): (&[Answer], _, _) = match rounding.element {
        DatumType::U8 => (&[Answer::First(Of::Type(DatumType::U8))], 0.0, 255.0),
        DatumType::I8 => (&[Answer::First(Of::Type(DatumType::I8))], -128.0, 127.0),
        other => bail!("expected zeros of 8 bits, found {other:?}"),
    };
    let guard = Mapped::guarded("QuantizeLinear", answers, move |parts| {
        let rank = parts.rank(parts.inputs[0])?;
        let [scales, zeros] = own.parts(parts, rank)?;
        let value = parts.cast("value", parts.inputs[0], DatumType::F32)?;
        let rounded = rounded(parts, "rounded", value, scales)?;
        let moved = parts.join("moved", math::add(), [rounded, zeros])?;
        let clipped = clipped(parts, "clipped", moved, least, most)?;
        Ok(tvec![parts.cast("cast", clipped, own.element)?])
    });
    Ok(rounding.guarded(guard))
}

/// To 8 bits by the least and the greatest number, of which zero is always between.
///
/// Where all are zero the scale is 1, as in onnxruntime.
pub(super) fn dynamic_quantize_linear(_: &ParsingContext<'_>, _: &NodeProto) -> Built {
    const ANSWERS: &[Answer] = &[
        Answer::First(Of::Type(DatumType::U8)),
        Answer::One(Of::Type(DatumType::F32)),
        Answer::One(Of::Type(DatumType::U8)),
    ];
    Ok(Mapped::guarded("DynamicQuantizeLinear", ANSWERS, |parts| {
        let value = parts.inputs[0];
        ensure!(parts.element(value)? == DatumType::F32, "expected numbers of 32 bits");
        let rank = parts.rank(value)?;
        let zero = parts.number("zero", 0.0, value)?;
        let least = parts.add("least", Reduce::new((0..rank).collect(), Reducer::Min), &[value])?;
        let least = parts.join("least.below.zero", math::min(), [least, zero])?;
        let most = parts.add("most", Reduce::new((0..rank).collect(), Reducer::Max), &[value])?;
        let most = parts.join("most.above.zero", math::max(), [most, zero])?;
        let scale = scale(parts, least, most)?;
        let opposite = parts.join("opposite", math::sub(), [zero, least])?;
        let zero = rounded(parts, "zero.rounded", opposite, scale)?;
        let zero = clipped(parts, "zero.clipped", zero, 0.0, 255.0)?;
        let rounded = rounded(parts, "rounded", value, scale)?;
        let moved = parts.join("moved", math::add(), [rounded, zero])?;
        let clipped = clipped(parts, "clipped", moved, 0.0, 255.0)?;
        let answer = parts.cast("answer", clipped, DatumType::U8)?;
        let zero = parts.cast("zero.cast", zero, DatumType::U8)?;
        Ok(tvec![answer, single(parts, "scale.single", scale)?, single(parts, "zero.single", zero)?])
    }))
}

fn scale(parts: &mut Parts<'_>, least: OutletId, most: OutletId) -> TractResult<OutletId> {
    let range = parts.join("range", math::sub(), [most, least])?;
    let steps = parts.number("steps", 255.0, range)?;
    let scale = parts.join("scale", math::div(), [range, steps])?;
    let rank = parts.rank(scale)?;
    let ones = vec![1; rank];
    let nothing = parts.constant("nothing", tensor0(0f32).into_shape(&ones)?)?;
    let one = parts.constant("one", tensor0(1f32).into_shape(&ones)?)?;
    let is_flat = parts.add("is.flat", TypedBinOp(comp_eq(), None), &[scale, nothing])?;
    parts.add("scale.or.one", Iff, &[is_flat, one, scale])
}

fn rounded(parts: &mut Parts<'_>, name: &str, value: OutletId, scale: OutletId) -> TractResult<OutletId> {
    let quotient = parts.join(&format!("{name}.quotient"), math::div(), [value, scale])?;
    parts.add(name, math::round_half_to_even(), &[quotient])
}

fn clipped(parts: &mut Parts<'_>, name: &str, value: OutletId, least: f32, most: f32) -> TractResult<OutletId> {
    let least = parts.number(&format!("{name}.least"), least, value)?;
    let most = parts.number(&format!("{name}.most"), most, value)?;
    let value = parts.join(&format!("{name}.from"), math::max(), [value, least])?;
    parts.join(&format!("{name}.to"), math::min(), [value, most])
}

/// One number without dimensions.
fn single(parts: &mut Parts<'_>, name: &str, value: OutletId) -> TractResult<OutletId> {
    (0..parts.rank(value)?)
        .rev()
        .try_fold(value, |value, axis| parts.add(&format!("{name}.{axis}"), AxisOp::Rm(axis), &[value]))
}
