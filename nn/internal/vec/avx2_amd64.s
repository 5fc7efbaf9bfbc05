#include "textflag.h"

#define V0 Y0
#define V1 Y1
#define V2 Y2
#define V3 Y3
#define V4 Y4
#define V5 Y5
#define V6 Y6
#define V7 Y7
#define V8 Y8
#define V9 Y9
#define V10 Y10
#define V11 Y11
#define V12 Y12
#define V13 Y13
#define V14 Y14
#define V15 Y15
#define WIDTH 32
#define LANES 8
#define BITAND VPAND
#define BITANDN VPANDN
#define BITOR VPOR
#define BITXOR VPXOR
#define ALLONES(v) VPCMPEQD v, v, v
#define EXP_NAME ·expAVX2
#define SIGMOID_NAME ·sigmoidAVX2
#define TANH_NAME ·tanhAVX2
#define ADD_NAME ·addAVX2
#define MUL_NAME ·mulAVX2
#define AXPY_NAME ·axpyAVX2
#define ADDROWS_NAME ·addRowsAVX2
#define ADDROWSRELU_NAME ·addRowsReLUAVX2
#define SUMROWS_NAME ·sumRowsAVX2
#define RELUBACK_NAME ·reluBackAVX2
#define ADAM_NAME ·adamAVX2
#define LSTM_NAME ·lstmAVX2
#define LSTMBACK_NAME ·lstmBackAVX2
#define POOL_NAME ·poolAVX2
#define POOLBACK_NAME ·poolBackAVX2
#define RELU_NAME ·reluAVX2
#define NORMAL_NAME ·normalAVX2
#define SCALE_NAME ·scaleAVX2
#define TAPS_NAME ·tapsAVX2
#define SQUAREROWS_NAME ·squareRowsAVX2
#define DOTROWS_NAME ·dotRowsAVX2
#define SCALEROWS_NAME ·scaleRowsAVX2
#define BACKROWS_NAME ·backRowsAVX2

#include "kernels_amd64.h"
